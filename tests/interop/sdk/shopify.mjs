import { createHmac } from 'node:crypto';
import '@shopify/shopify-api/adapters/node';
import { shopifyApi, ApiVersion } from '@shopify/shopify-api';

export const name = '@shopify/shopify-api';
// It wants to see these too; the signature does not cover them.
const UNSIGNED = { 'x-shopify-topic': 'orders/create', 'x-shopify-shop-domain': 'a.myshopify.com', 'x-shopify-api-version': '2026-01', 'x-shopify-webhook-id': '1' };
const make = (secret) =>
  shopifyApi({ apiKey: 'key', apiSecretKey: secret, scopes: [], hostName: 'hooks.example.com', apiVersion: Object.values(ApiVersion).at(-1), isEmbeddedApp: false, logger: { level: 0, log: () => {} } });
export const providers = {
  shopify: {
    window: [null, null],
    recipe: true,
    verify: async (d) => {
      const rawRequest = { method: d.method, url: d.target, headers: { ...UNSIGNED, ...d.headers } };
      return (await make(d.secret).webhooks.validate({ rawBody: d.text, rawRequest })).valid;
    },
    sign: (d) => ({ headers: { 'X-Shopify-Hmac-Sha256': createHmac('sha256', d.secret).update(d.body).digest('base64') } }),
  },
};
