"""The authorization server of the reference bank: OAuth 2.0, OpenID Connect, FAPI 1.0 and 2.0, CIBA.

Choose a conformant server by a preset of `AuthorizationPolicy` (names in `presets.PRESETS`); take one defence
away by changing one field:

    policy = Policy().evolve("authorization", preset("fapi2_private_key_jwt_dpop"))
    policy.evolve("authorization.pkce_required", False)

`bank.authorization_fixture` holds what the TSP side of a run is configured with; nothing of it is secret:

    one, two = bank.authorization_fixture.tsps     # Identity: client_id, authentication, redirect_uri,
                                                   # key and kid (ES256), rsa_key and rsa_kid (PS256),
                                                   # certificate and certificate_key (PEM)
    bank.authorization_fixture.customers           # username, password; the third has no account
    bank.authorization_fixture.client_trust        # PEM for the TLS server: `Tls.trusted_clients`

The issuer is the origin that is called, unless `issuer` fixes it; over TLS fix it as soon as the URL is
known:

    with serve(bank, tls=tls) as url:
        bank.policy = bank.policy.evolve("authorization.issuer", url)

In memory, the client certificate of a request is its PEM in the environ under SSL_CLIENT_CERT.

A flow: a token by client_credentials (scope consents) makes a consent at /account-access-consents; its id
goes into `authorization_details` of the authorization request, beside scope accounts (to read) or services
(to change). The pages are /oauth/authorize (fields username, password; button action=login or cancel), then
the consent page (checkboxes account; button decision=approve or deny). An erroneous request ends on a page
with one button, which alone redirects to the TSP (RFC 9700, 4.11.2).

A service with consents of its own adds a `ConsentKind` to `consent.KINDS`; a protected path is a handler
under `resource.protected` that asks `resource.access` who calls.
"""
