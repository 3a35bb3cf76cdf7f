import { sign, verify } from '@octokit/webhooks-methods';

export const name = '@octokit/webhooks-methods';
// It says with a TypeError that something is missing or empty.
export const refuses = (error) => error.message.startsWith('[@octokit/webhooks-methods]');
export const providers = {
  github: {
    window: [null, null],
    verify: (d) => verify(d.secret, d.text, d.headers['x-hub-signature-256']),
    sign: async (d) => ({ headers: { 'X-Hub-Signature-256': await sign(d.secret, d.text) } }),
  },
};
