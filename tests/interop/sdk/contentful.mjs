import { signRequest, verifyRequest } from '@contentful/node-apps-toolkit';

export const name = '@contentful/node-apps-toolkit';
export const providers = {
  contentful: {
    window: [30, null],
    settable: true,
    verify: (d) => verifyRequest(d.secret, { method: d.method, path: d.target, headers: d.headers, body: d.text }, d.tolerance ?? 30),
    sign: (d) => {
      const headers = { 'x-contentful-topic': 'ContentManagement.Entry.publish' };
      return { headers: { ...headers, ...signRequest(d.secret, { method: d.method, path: d.target, headers, body: d.text }, d.seconds * 1000) } };
    },
  },
};
