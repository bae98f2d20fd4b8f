import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { asProblem } from '../../api/problem';
import type { ContactSearch } from '../../app/router';
import { useMay } from '../../app/session';
import { told } from '../../ui/number';
import { Badge, Button, Empty, Field, Loading, Panel, Pick, Trouble } from '../../ui/parts';
import { Length, When } from '../../ui/time';
import { useTitle } from '../../ui/title';
import { dayEnd, dayStart } from './days';
import { OUTCOMES, outcomeTone } from './outcome';

type Contact = Schemas['ContactView'];

const PAGE = 50;
/** How often calls that go on are asked about again, in milliseconds. */
const AGAIN = 3_000;

export function ContactsPage() {
  const { t } = useTranslation();
  useTitle(t('nav.contacts'));
  const search = useSearch({ from: '/contacts' });
  const found = useInfiniteQuery({
    queryKey: ['contacts', search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }: { pageParam: string | undefined }) => {
      const { from, to, ...rest } = search;
      const query = {
        ...rest,
        ...(from ? { since: dayStart(from) } : {}),
        ...(to ? { until: dayEnd(to) } : {}),
        ...(pageParam ? { cursor: pageParam } : {}),
        limit: PAGE,
      };
      return got(api.GET('/api/v1/contacts', { params: { query } }));
    },
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: (query) => {
      const items = query.state.data?.pages.flatMap((p) => p.items) ?? [];
      return items.some((c) => !c.verdict) && AGAIN;
    },
  });
  const all = found.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      <div className="pagehead">
        <h1>{t('nav.contacts')}</h1>
      </div>
      <Filter search={search} problem={found.error ? asProblem(found.error) : null} />
      <Panel title={t('contacts.found')}>
        {found.isPending && <Loading />}
        {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
        {found.data && all.length === 0 && <Empty>{t('contacts.none')}</Empty>}
        {all.length > 0 && <Contacts contacts={all} />}
        {found.hasNextPage && (
          <div>
            <Button
              isDisabled={found.isFetchingNextPage}
              onPress={() => void found.fetchNextPage()}
            >
              {t(found.isFetchingNextPage ? 'loading' : 'more')}
            </Button>
          </div>
        )}
      </Panel>
    </>
  );
}

/** A list of contacts, with what is remembered of each. */
export function Contacts({ contacts }: { contacts: readonly Contact[] }) {
  const { t } = useTranslation();
  return (
    <div className="scroll">
      <table className="cards flow">
        <thead>
          <tr>
            <th>{t('contacts.started')}</th>
            <th>{t('contacts.caller')}</th>
            <th>{t('contacts.line')}</th>
            <th>{t('contacts.queue')}</th>
            <th>{t('contacts.agent')}</th>
            <th className="right">{t('contacts.waited')}</th>
            <th className="right">{t('contacts.talked')}</th>
            <th>{t('contacts.outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {contacts.map((c) => (
            <tr key={c.contact}>
              <td className="lead">
                <Link to="/contacts/$contact" params={{ contact: c.contact }}>
                  <When at={c.started} />
                </Link>
              </td>
              <td data-label={t('contacts.caller')} className="number">
                {told(c.caller) || t('card.nobody')}
              </td>
              <td data-label={t('contacts.line')}>{c.line}</td>
              <td data-label={t('contacts.queue')}>{c.queue}</td>
              <td data-label={t('contacts.agent')}>{c.agent}</td>
              <td data-label={t('contacts.waited')} className="right">
                <Length ms={c.waited_ms} />
              </td>
              <td data-label={t('contacts.talked')} className="right">
                <Length ms={c.talked_ms} />
              </td>
              <td data-label={t('contacts.outcome')}>
                <Outcome contact={c} /> {c.code && <span className="muted small">{c.code}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How a contact ended, or that it goes on. */
export function Outcome({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  if (!contact.verdict) return <Badge tone="info">{t('outcome.going-on')}</Badge>;
  const word = contact.containment === 'gave_up' ? 'gave_up' : contact.verdict;
  return <Badge tone={outcomeTone(word)}>{t(`outcome.${word}`, { defaultValue: word })}</Badge>;
}

interface FilterProps {
  search: ContactSearch;
  problem: ReturnType<typeof asProblem> | null;
}

const ANY = 'any';

function Filter({ search, problem }: FilterProps) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate({ from: '/contacts' });
  const [digits, setDigits] = useState(search.digits ?? '');
  useEffect(() => setDigits(search.digits ?? ''), [search.digits]);
  const queues = useQuery({
    queryKey: ['queues'],
    staleTime: 600_000,
    queryFn: () => got(api.GET('/api/v1/queues')),
  });
  const agents = useQuery({
    queryKey: ['agents'],
    staleTime: 600_000,
    queryFn: () => got(api.GET('/api/v1/agents')),
  });
  const lines = useQuery({
    queryKey: ['lines'],
    staleTime: 600_000,
    queryFn: () => got(api.GET('/api/v1/lines')),
  });
  const codes = useQuery({
    queryKey: ['contacts', 'codes'],
    queryFn: () => got(api.GET('/api/v1/contacts/codes')),
  });
  const set = (change: Partial<ContactSearch>) => {
    const next: Record<string, string> = {};
    for (const [key, value] of Object.entries({ ...search, ...change })) {
      if (value) next[key] = value;
    }
    void navigate({ search: next });
  };
  const choice = (
    key: 'line' | 'queue' | 'agent' | 'code' | 'outcome',
    all: { id: string; text: string }[],
  ) => (
    <Pick
      label={t(`contacts.${key}`)}
      options={[{ id: ANY, text: t('contacts.any') }, ...all]}
      value={search[key] ?? ANY}
      onChange={(id) => set({ [key]: id === ANY ? '' : id })}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set({ digits: digits.trim() });
  };
  const wrong = problem?.of('digits');
  return (
    <form className="filter" onSubmit={submit} aria-label={t('contacts.filter')}>
      <Field
        label={t('contacts.from')}
        type="date"
        value={search.from ?? ''}
        onChange={(from) => set({ from })}
      />
      <Field
        label={t('contacts.to')}
        type="date"
        value={search.to ?? ''}
        onChange={(to) => set({ to })}
      />
      {choice(
        'line',
        (lines.data?.lines ?? []).map((l) => ({ id: l.line, text: l.line })),
      )}
      {choice(
        'queue',
        (queues.data ?? []).map((q) => ({ id: q.queue, text: q.queue })),
      )}
      {choice(
        'agent',
        (agents.data ?? []).map((a) => ({ id: a.agent, text: a.name })),
      )}
      {(codes.data?.length || search.code) &&
        choice(
          'code',
          (codes.data ?? (search.code ? [search.code] : [])).map((c) => ({ id: c, text: c })),
        )}
      {choice(
        'outcome',
        OUTCOMES.map((o) => ({ id: o, text: t(`outcome.${o}`) })),
      )}
      <Field
        label={t('contacts.digits')}
        value={digits}
        onChange={setDigits}
        inputMode="numeric"
        maxLength={20}
        hint={may.numbers ? undefined : t('contacts.two')}
        wrong={wrong && t('contacts.digits-wrong')}
      />
      <div className="row end">
        <Button type="submit" look="primary">
          {t('contacts.search')}
        </Button>
        {Object.keys(search).length > 0 && (
          <Button onPress={() => void navigate({ search: {} })}>{t('contacts.all')}</Button>
        )}
      </div>
    </form>
  );
}
