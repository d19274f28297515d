// A real OpenID provider (oidc-provider) on a local port. Its signing key can be rotated and it can be stopped.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

export const AUDIENCE = 'wikimovie';
const CLIENT = { id: 'films', secret: 'a secret of this test alone' };
const SCOPES = 'search provider operator';

function signingKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
}

/** Starts a provider; `state.tenant` becomes the claim `tenant` of its tokens. */
export async function startProvider({ lifetime = 600 } = {}) {
  const state = { tenant: undefined, lifetime, audience: AUDIENCE };
  let handler;
  let server;
  let port = 0;

  const listen = () =>
    new Promise((resolve, reject) => {
      server = createServer((request, response) => handler(request, response));
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        ({ port } = server.address());
        resolve();
      });
    });
  await listen();
  const issuer = `http://127.0.0.1:${port}`;

  /** Signs with a new key from now on; the key set no longer lists the old one. */
  const rotate = (kid) => {
    const provider = new Provider(issuer, {
      jwks: { keys: [signingKey(kid)] },
      scopes: SCOPES.split(' '),
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => 'https://wikimovie.example',
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({
            scope: SCOPES,
            audience: state.audience,
            accessTokenTTL: state.lifetime,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'RS256' } },
          }),
        },
      },
      extraTokenClaims: () => (state.tenant === undefined ? {} : { tenant: state.tenant }),
    });
    handler = provider.callback();
  };
  rotate('first');

  return {
    issuer,
    state,
    rotate,
    /** Requests a token with these scopes. */
    async token(scope = 'search') {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `Basic ${Buffer.from(`${encodeURIComponent(CLIENT.id)}:${encodeURIComponent(CLIENT.secret)}`).toString('base64')}`,
        },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
      });
      const body = await response.json();
      if (!response.ok) throw new Error(`no token: ${JSON.stringify(body)}`);
      return body.access_token;
    },
    /** Stops the provider: connections are refused. */
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
    /** Starts it again at the same address. */
    restart: listen,
  };
}
