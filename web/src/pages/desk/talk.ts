import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api, got, type Schemas } from '../../api/client';
import type { CallNow } from '../../live/picture';
import { useCommand } from '../../ui/command';

export type TalkView = Schemas['TalkView'];
export type Target = Schemas['Target'];

/** How a talk stands: looked at anew whenever the live stream tells something of it. */
export function useTalk(contact: string | null, call: CallNow | null) {
  const queries = useQueryClient();
  const told = JSON.stringify([call?.stage, call?.since, call?.consult, call?.others]);
  useEffect(() => {
    if (contact !== null && told) void queries.invalidateQueries({ queryKey: ['talk', contact] });
  }, [queries, contact, told]);
  return useQuery({
    queryKey: ['talk', contact],
    enabled: contact !== null && call !== null,
    queryFn: () =>
      got(api.GET('/api/v1/calls/{contact}', { params: { path: { contact: contact ?? '' } } })),
  });
}

/** What an agent asks of a talk. */
export type Order =
  | { to: 'hold' | 'resume' | 'complete' | 'cancel' | 'conference' | 'hang-up' }
  | { to: 'transfer' | 'consult'; whom: Target };

function ask(contact: string, order: Order): Promise<TalkView> {
  const params = { path: { contact } };
  switch (order.to) {
    case 'hold':
      return got(api.POST('/api/v1/calls/{contact}/hold', { params }));
    case 'resume':
      return got(api.POST('/api/v1/calls/{contact}/resume', { params }));
    case 'complete':
      return got(api.POST('/api/v1/calls/{contact}/complete', { params }));
    case 'cancel':
      return got(api.POST('/api/v1/calls/{contact}/cancel', { params }));
    case 'conference':
      return got(api.POST('/api/v1/calls/{contact}/conference', { params }));
    case 'hang-up':
      return got(api.POST('/api/v1/calls/{contact}/hang-up', { params }));
    case 'transfer':
      return got(api.POST('/api/v1/calls/{contact}/transfer', { params, body: order.whom }));
    case 'consult':
      return got(api.POST('/api/v1/calls/{contact}/consult', { params, body: order.whom }));
  }
}

/** Orders to a talk; what is refused stays to be read until the next. */
export function useOrder(contact: string, done?: () => void) {
  const queries = useQueryClient();
  return useCommand((order: Order) => ask(contact, order), {
    done: (talk) => {
      queries.setQueryData(['talk', contact], talk);
      done?.();
    },
    refresh: ['talk'],
  });
}
