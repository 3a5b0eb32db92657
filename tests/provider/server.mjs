// The certified OpenID provider `oidc-provider`, for the tests: one client, people by what they type as their name.
// Settings come as one JSON text: port, redirect, client, secret, backChannel, keys (JWKs), skewSeconds, people.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const settings = JSON.parse(process.argv[2]);
const own = Date.now;
Date.now = () => own() + 1000 * settings.skewSeconds; // the provider's clock, as far as tokens tell it

const issuer = `http://localhost:${settings.port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: settings.client,
      client_secret: settings.secret,
      redirect_uris: [settings.redirect],
      post_logout_redirect_uris: [settings.redirect],
      backchannel_logout_uri: settings.backChannel,
      backchannel_logout_session_required: true,
    },
  ],
  jwks: { keys: settings.keys },
  cookies: { keys: ['a-key-of-the-tests'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
  features: {
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    devInteractions: { enabled: true },
  },
  pkce: { required: () => true },
  findAccount: (_, id) =>
    settings.people[id] && { accountId: id, claims: async () => ({ sub: id, ...settings.people[id] }) },
  ttl: { Session: 3600, Grant: 3600, Interaction: 600, AccessToken: 600, IdToken: 600 },
  // The app is on this machine, which fetch would not be kept from; a provider in service would not ask for plain http.
  renderError: async (context, out) => {
    context.type = 'text';
    context.body = `${out.error}: ${out.error_description}`;
  },
});
for (const name of ['server_error', 'backchannel.error', 'authorization.error', 'grant.error']) {
  provider.on(name, (...about) => console.error(name, String(about.find((one) => one instanceof Error))));
}
createServer(provider.callback()).listen(settings.port, '127.0.0.1', () => console.log('ready'));
