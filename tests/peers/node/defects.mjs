// Defects that a bank's own settings can bring into its server: each by its options, its hooks or a middleware.
import { createHash } from 'node:crypto';

const S256 = (text) => createHash('sha256').update(text).digest('base64url');

// Middleware before the server's own: changes the query of authorization requests.
const query = (change) => async (ctx, next) => {
  if (ctx.path === '/auth') {
    const told = new URLSearchParams(ctx.querystring);
    change(told);
    ctx.querystring = told.toString();
  }
  await next();
};

// Middleware that changes where a customer is sent back to.
const back = (change) => async (ctx, next) => {
  await next();
  const place = ctx.response.get('location') ?? '';
  if (place.includes('.example/callback')) ctx.response.set('location', change(new URL(place)).href);
};

const method = (name, replacement) => (provider) => replacement(provider[name].prototype, provider);

const defects = {
  // PKCE
  'challenge-not-required': ({ configuration }) => { configuration.pkce = { required: () => false }; },
  'plain-challenge-taken': ({ early }) => {
    early.push(query((told) => {
      if (told.get('code_challenge_method') !== 'plain') return;
      told.set('code_challenge', S256(told.get('code_challenge')));
      told.set('code_challenge_method', 'S256');
    }));
  },
  // The way back
  'issuer-not-named': ({ early }) => {
    early.push(back((url) => { url.searchParams.delete('iss'); return url; }));
  },
  'state-lost-when-long': ({ early }) => {
    early.push(query((told) => { if (told.has('state')) told.set('state', told.get('state').slice(0, 60)); }));
  },
  'redirect-uri-by-prefix': ({ late }) => {
    late.push(method('Client', (prototype) => {
      prototype.redirectUriAllowed = function allowed(value) {
        return this.redirectUris.some((each) => value.startsWith(each));
      };
    }));
  },
  // Codes and tokens
  'codes-for-an-hour': ({ configuration }) => { configuration.ttl.AuthorizationCode = 3600; },
  'codes-used-twice': ({ late }) => {
    late.push(method('AuthorizationCode', (prototype) => { prototype.consume = async () => {}; }));
  },
  'refresh-tokens-rotated': ({ configuration }) => { configuration.rotateRefreshToken = () => true; },
  'tokens-short': ({ configuration }) => {
    configuration.formats = { bitsOfOpaqueRandomness: 64 };
  },
  'tokens-in-the-query': ({ configuration }) => { configuration.acceptQueryParamAccessTokens = true; },
  'revocation-does-nothing': ({ early }) => {
    early.push(async (ctx, next) => {
      if (ctx.path !== '/token/revocation') return next();
      ctx.status = 200;
      ctx.body = '';
      return undefined;
    });
  },
  'responses-kept': ({ early }) => {
    early.push(async (ctx, next) => { await next(); if (ctx.path === '/token') ctx.response.remove('cache-control'); });
  },
  // Proofs, certificates, assertions, request objects
  'proofs-replayed': ({ configuration }) => { configuration.features.dPoP.allowReplay = true; },
  'nonces-not-required': ({ configuration }) => { configuration.features.dPoP.requireNonce = () => false; },
  'any-certificate-subject': ({ configuration }) => {
    configuration.features.mTLS.certificateSubjectMatches = () => true;
  },
  'any-audience-of-the-server': ({ configuration }) => {
    configuration.assertJwtClientAuthClaimsAndHeader = async () => {};
  },
  'weak-algorithms': ({ configuration }) => {
    for (const name of Object.keys(configuration.enabledJWA)) configuration.enabledJWA[name].push('RS256');
  },
  'endless-request-objects': ({ configuration }) => {
    configuration.features.requestObjects.assertJwtClaimsAndHeader = async () => {};
  },
  'unsigned-request-objects': ({ configuration, early }) => {
    configuration.features.requestObjects.requireSignedRequestObject = false;
    early.push(query((told) => {
      const [head, claims] = (told.get('request') ?? '').split('.').map((part) => Buffer.from(part, 'base64url'));
      if (!claims || JSON.parse(head).alg !== 'none') return;
      told.delete('request');
      for (const [name, value] of Object.entries(JSON.parse(claims))) told.set(name, value);
    }));
  },
  // Pages and people
  'cookies-over-plain-http': ({ configuration }) => {
    configuration.cookies.long.secure = false;
    configuration.cookies.short.secure = false;
  },
  'denial-ignored': ({ early }) => {
    early.push(back((url) => {
      if (url.searchParams.get('error') === 'access_denied') url.searchParams.set('error', 'server_error');
      return url;
    }));
  },
};

// Brings a defect into what is wanted: {configuration, early, late}.
export function seed(name, wanted) {
  if (!(name in defects)) throw new Error(`no defect ${name}; there are ${Object.keys(defects)}`);
  defects[name](wanted);
}
