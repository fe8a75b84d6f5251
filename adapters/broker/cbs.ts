/** Claims-based security: tokens that a connection puts, entity by entity. */
import type { ConnectionPort } from './contracts.ts';
import { encode } from './amqp/write.ts';
import { stringOf } from './amqp/values.ts';
import type { NodeResponse, Serve } from './requests.ts';

export const cbsNode = '$cbs';

export function serveCbs(connection: ConnectionPort): Serve {
  return ({ properties, body }, respond) => {
    const name = stringOf(properties.get('name')) ?? '';
    const effect = connection.hub.faults.strike('cbs', name);
    if (effect?.kind === 'drop') return;
    if (effect?.kind === 'status') {
      respond(response(effect.status, effect.text ?? 'An injected fault.'));
      return;
    }
    const answer = (): void => {
      if (properties.get('operation') !== 'put-token') {
        respond(response(400, 'The only operation of $cbs here is put-token.'));
        return;
      }
      const verdict = connection.authority.putToken(stringOf(body) ?? '', name, Date.now());
      respond(response(verdict.status, verdict.description));
    };
    if (effect?.kind === 'delay') setTimeout(answer, effect.delayMs);
    else answer();
  };
}

function response(status: number, description: string): NodeResponse {
  return {
    properties: {
      'status-code': encode.int(status),
      'status-description': encode.string(description),
    },
    body: encode.null,
  };
}
