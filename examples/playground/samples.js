// Made-up deliveries, each broken in one way or two.
export const samples = [
  {
    "title": "Quotes and a line break",
    "provider": "github",
    "format": "",
    "secret": "\"gh-hook-4f1c9a7be2d05836\"",
    "url": "",
    "now": 1790000000,
    "request": "POST /hooks/github HTTP/1.1\nHost: hooks.example.com\nContent-Type: application/json\nX-GitHub-Event: pull_request\nX-Hub-Signature-256: sha256=3f0242cecdbacd15ac6c738dd6eb59f29ee53b50e22ce1c9e9cb5bb29afdacd9\n\n{\"action\":\"opened\",\"number\":42,\"repository\":{\"full_name\":\"octo/hello\"}}\n"
  },
  {
    "title": "JSON parsed and printed again",
    "provider": "stripe",
    "format": "",
    "secret": "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH",
    "url": "",
    "now": 1790000003,
    "request": "POST /stripe HTTP/1.1\nHost: shop.example.net\nStripe-Signature: t=1790000000,v1=8be669739be4192f478566979455030294e3fda417da307f0142c4681266a7cb\n\n{\"id\":\"evt_1QhT7\",\"type\":\"invoice.paid\",\"data\":{\"customer\":\"Zoë Åkesson\",\"amount\":1200}}"
  },
  {
    "title": "A tunnel in front",
    "provider": "square",
    "format": "",
    "secret": "34g7IenvoK1Z5FN1L30UlP",
    "url": "http://localhost",
    "now": 1790000000,
    "request": "POST /sq HTTP/1.1\nHost: localhost\nX-Forwarded-Host: shop.example.net\nX-Square-Hmacsha256-Signature: iAzfOLnTSFofwiX1dMFk1jeoXpzuoflHijOH51gVh08=\n\n{\"merchant_id\":\"6SSW7HV8K2ST5\",\"type\":\"payment.created\"}"
  },
  {
    "title": "A slow clock",
    "provider": "slack",
    "format": "",
    "secret": "8f742231b10e8888abcd99yyyzzz85a5",
    "url": "",
    "now": 1789999100,
    "request": "POST /slack/events HTTP/1.1\nX-Slack-Request-Timestamp: 1790000000\nX-Slack-Signature: v0=b85827b4c616cb82eea49e47cc5b7cb8835a48e38fb27dfc2d8f3c35e3501ed4\n\ntoken=xyz&team_domain=example&text=94070"
  },
  {
    "title": "Forged",
    "provider": "slack",
    "format": "",
    "secret": "8f742231b10e8888abcd99yyyzzz85a5",
    "url": "",
    "now": 1790000000,
    "request": "POST /slack/events HTTP/1.1\nX-Slack-Request-Timestamp: 1790000000\nX-Slack-Signature: v0=b8afbebeab21bb75baf234da9f084e5721359728b1c354c5a211c4e56d5d9dd0\n\ntoken=xyz&team_domain=example&text=94070"
  }
];
