import { createHmac } from 'node:crypto';
import bolt from '@slack/bolt';

export const name = '@slack/bolt';
export const providers = {
  slack: {
    window: [300, null],
    recipe: true,
    verify: (d) => {
      const timestamp = Number(d.headers['x-slack-request-timestamp']);
      const headers = { 'x-slack-signature': d.headers['x-slack-signature'], 'x-slack-request-timestamp': timestamp };
      bolt.verifySlackRequest({ signingSecret: d.secret, headers, body: d.text });
      return true;
    },
    sign: (d) => {
      const hex = createHmac('sha256', d.secret).update(`v0:${d.seconds}:`).update(d.body).digest('hex');
      return { headers: { 'X-Slack-Request-Timestamp': d.seconds, 'X-Slack-Signature': `v0=${hex}` } };
    },
  },
};
