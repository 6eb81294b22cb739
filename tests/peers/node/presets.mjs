// What each kind of bank asks of its TSPs, on top of what all have in common.
const FAPI = {
  idTokenSigningAlgValues: ['PS256', 'ES256'],
  requestObjectSigningAlgValues: ['PS256', 'ES256'],
  clientAuthSigningAlgValues: ['PS256', 'ES256'],
  dPoPSigningAlgValues: ['PS256', 'ES256'],
  userinfoSigningAlgValues: ['PS256', 'ES256'],
  introspectionSigningAlgValues: ['PS256', 'ES256'],
  authorizationSigningAlgValues: ['PS256', 'ES256'],
};

const presets = (given) => ({
  // FAPI 2.0 with private_key_jwt and DPoP with server nonces; signed requests and introspections are taken.
  fapi2: {
    enabledJWA: FAPI,
    clientAuthMethods: ['private_key_jwt'],
    responseTypes: ['code'],
    features: {
      fapi: { enabled: true, profile: '2.0' },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true },
      requestObjects: { enabled: true },
      jwtIntrospection: { enabled: true },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    },
  },
  // FAPI 2.0 with certificates for both: authentication and binding.
  'fapi2-certificate': {
    enabledJWA: FAPI,
    clientAuthMethods: ['tls_client_auth', 'self_signed_tls_client_auth'],
    responseTypes: ['code'],
    features: {
      fapi: { enabled: true, profile: '2.0' },
      dPoP: { enabled: false },
      mTLS: {
        enabled: true, certificateBoundAccessTokens: true, tlsClientAuth: true, selfSignedTlsClientAuth: true,
      },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    },
  },
  // FAPI 1.0 Advanced with signed requests, signed responses and certificate-bound tokens.
  fapi1: {
    enabledJWA: FAPI,
    clientAuthMethods: ['private_key_jwt', 'tls_client_auth'],
    responseTypes: ['code'],
    features: {
      fapi: { enabled: true, profile: '1.0 Final' },
      dPoP: { enabled: false },
      mTLS: { enabled: true, certificateBoundAccessTokens: true, tlsClientAuth: true },
      requestObjects: { enabled: true, requireSignedRequestObject: true },
      jwtResponseModes: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
    },
  },
  // OpenID Connect: the code flow with PKCE and a secret; TSPs register themselves with a token.
  openid: {
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    responseTypes: ['code'],
    pkce: { required: () => true },
    features: {
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      registration: { enabled: true, initialAccessToken: given.registrationToken },
      registrationManagement: { enabled: true },
    },
  },
});

function merged(under, over) {
  if (over === null || typeof over !== 'object' || Array.isArray(over) || Buffer.isBuffer(over)) return over;
  const made = { ...under };
  for (const [name, value] of Object.entries(over)) made[name] = merged(made[name] ?? {}, value);
  return made;
}

// The configuration of a kind of bank.
export function preset(given, base) {
  const known = presets(given);
  if (!(given.preset in known)) throw new Error(`no preset ${given.preset}; there are ${Object.keys(known)}`);
  const { enabledJWA, ...rest } = known[given.preset];
  return merged(base, enabledJWA ? { ...rest, enabledJWA } : rest);
}
