// oidc-provider on a loopback port over TLS, as one of several kinds of bank.
// Takes the path of a JSON file {modules, tls, clients, customers, jwks, preset, defects}; prints {"address": …}
// when it listens, and ends with the process that started it.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { randomBytes, X509Certificate } from 'node:crypto';

import { seed } from './defects.mjs';
import { preset } from './presets.mjs';

const given = JSON.parse(await readFile(process.argv[2], 'utf8'));
const { Provider } = await import(`${given.modules}/oidc-provider/lib/index.js`);
const customers = new Map(given.customers.map((each) => [each.sub, each]));

const shown = (ctx) => ctx.req.socket.getPeerX509Certificate?.();

function base() {
  return {
    clients: given.clients,
    jwks: given.jwks,
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      long: { httpOnly: true, sameSite: 'lax', secure: true },
      short: { httpOnly: true, sameSite: 'lax', secure: true },
    },
    scopes: ['openid', 'offline_access'],
    claims: {
      openid: ['sub'], email: ['email'], phone: ['phone_number'], profile: ['name'],
    },
    // The pages take any name and password; only these customers are known.
    async findAccount(ctx, sub) {
      const customer = customers.get(sub);
      return customer && { accountId: sub, claims: async () => customer };
    },
    async issueRefreshToken(ctx, client, source) {
      return client.grantTypeAllowed('refresh_token') && source.scopes.has('openid');
    },
    async expiresWithSession() { return false; },
    conformIdTokenClaims: true,
    ttl: {
      AccessToken: 600, AuthorizationCode: 5, ClientCredentials: 600, IdToken: 600, Interaction: 600,
      Session: 3600, Grant: 86400, RefreshToken: 86400,
    },
    features: {
      devInteractions: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true },
      clientCredentials: { enabled: true },
      mTLS: {
        getCertificate: (ctx) => shown(ctx)?.toString(),
        certificateAuthorized: (ctx) => ctx.req.socket.authorized,
        certificateSubjectMatches(ctx, property, expected) {
          const subject = new X509Certificate(shown(ctx).toString()).subject;
          return property === 'tls_client_auth_subject_dn' && subject.split('\n').reverse().join(',') === expected;
        },
      },
    },
  };
}

const server = createServer({
  key: await readFile(given.tls.key),
  cert: await readFile(given.tls.certificate),
  ca: await readFile(given.tls.authority),
  requestCert: true,
  rejectUnauthorized: false,
  minVersion: 'TLSv1.2',
});

server.listen(given.port ?? 0, '127.0.0.1', () => {
  const issuer = `https://localhost:${server.address().port}`;
  const wanted = { configuration: preset(given, base()), early: [], late: [] };
  for (const name of given.defects ?? []) seed(name, wanted);
  const provider = new Provider(issuer, wanted.configuration);
  provider.proxy = false;
  for (const middleware of wanted.early) provider.use(middleware);
  for (const change of wanted.late) change(provider);
  server.on('request', provider.callback());
  process.stdout.write(`${JSON.stringify({ address: issuer })}\n`);
});

// Whoever started it holds the other end.
process.stdin.on('end', () => process.exit(0)).resume();
