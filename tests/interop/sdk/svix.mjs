import { Webhook } from 'svix';

export const name = 'svix';
export const providers = {
  svix: {
    window: [300, 300],
    verify: (d) => {
      try {
        new Webhook(d.secret).verify(d.body, d.headers);
      } catch (error) {
        // The signature was right; then it reads the body as JSON.
        if (!(error instanceof SyntaxError)) throw error;
      }
      return true;
    },
    sign: (d) => ({
      headers: {
        'svix-id': d.id,
        'svix-timestamp': d.seconds,
        'svix-signature': new Webhook(d.secret).sign(d.id, new Date(d.seconds * 1000), d.text),
      },
    }),
  },
};
