/** What the environment says of the namespace, and what it is not believed to say. */
import { expect, test } from 'vitest';
import { accountIn, type Environment, qualified } from './environment.ts';

const connectionString = 'Endpoint=sb://h/;SharedAccessKeyName=n;SharedAccessKey=k';

test.each<readonly [Environment, unknown]>([
  [{}, undefined],
  [{ WHITEWATER_NAMESPACE: '', WHITEWATER_CONNECTION_STRING: '' }, undefined],
  [{ WHITEWATER_NAMESPACE: 'x' }, { namespace: 'x.servicebus.windows.net' }],
  [{ WHITEWATER_CONNECTION_STRING: connectionString }, { connectionString }],
  [
    {
      WHITEWATER_CONNECTION_STRING: connectionString,
      WHITEWATER_ADMINISTRATION_ENDPOINT: 'localhost:5300',
    },
    { connectionString, administrationEndpoint: 'localhost:5300' },
  ],
  [
    { WHITEWATER_NAMESPACE: 'x', WHITEWATER_CONNECTION_STRING: connectionString },
    { namespace: 'x.servicebus.windows.net' },
  ],
  // Somebody's own namespace is nobody's playground.
  [{ SERVICEBUS_CONNECTION_STRING: connectionString, SERVICEBUS_FQDN: 'x.y' }, undefined],
])('%j leads to %j', (environment, account) => {
  expect(accountIn(environment)).toEqual(account);
});

test('a full name stays as it is', () => {
  expect(qualified('x.servicebus.chinacloudapi.cn')).toBe('x.servicebus.chinacloudapi.cn');
});
