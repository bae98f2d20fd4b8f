import { useInfiniteQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { Button, Empty, Field, Loading, Panel, Trouble } from '../../ui/parts';
import { When } from '../../ui/time';

/** Who did what, when, from where. */
export function Audit() {
  const { t } = useTranslation();
  const [who, setWho] = useState('');
  const [deed, setDeed] = useState('');
  const [asked, setAsked] = useState<{ who?: string; deed?: string }>({});
  const deeds = useInfiniteQuery({
    queryKey: ['audit', asked],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam }: { pageParam: number | undefined }) => {
      const query = { ...asked, ...(pageParam ? { cursor: pageParam } : {}), limit: 100 };
      return got(api.GET('/api/v1/audit', { params: { query } }));
    },
    getNextPageParam: (page) => (page.next ? Number(page.next) : undefined),
  });
  const all = deeds.data?.pages.flatMap((p) => p.items) ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked({
      ...(who.trim() ? { who: who.trim() } : {}),
      ...(deed.trim() ? { deed: deed.trim() } : {}),
    });
  };
  return (
    <Panel title={t('settings.audit')}>
      <form className="filter" onSubmit={submit}>
        <Field label={t('audit.who')} value={who} onChange={setWho} />
        <Field
          label={t('audit.deed')}
          value={deed}
          onChange={setDeed}
          hint={t('audit.deed-hint')}
        />
        <div className="row end">
          <Button type="submit" look="primary">
            {t('contacts.search')}
          </Button>
        </div>
      </form>
      {deeds.isPending && <Loading />}
      {deeds.error && <Trouble error={deeds.error} again={() => void deeds.refetch()} />}
      {deeds.data && all.length === 0 && <Empty>{t('audit.none')}</Empty>}
      {all.length > 0 && (
        <div className="scroll">
          <table className="cards flow">
            <thead>
              <tr>
                <th>{t('audit.at')}</th>
                <th>{t('audit.who')}</th>
                <th>{t('audit.deed')}</th>
                <th>{t('audit.target')}</th>
                <th>{t('audit.source')}</th>
              </tr>
            </thead>
            <tbody>
              {all.map((d, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: deeds have no number, and only grow at the end
                <tr key={i}>
                  <td className="lead">
                    <When at={d.at} />
                  </td>
                  <td data-label={t('audit.who')}>
                    {d.who} <span className="muted small">{d.role}</span>
                  </td>
                  <td data-label={t('audit.deed')}>{d.deed}</td>
                  <td data-label={t('audit.target')}>
                    {[d.target, d.detail].filter(Boolean).join(': ')}
                  </td>
                  <td data-label={t('audit.source')}>{d.source}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {deeds.hasNextPage && (
        <div>
          <Button isDisabled={deeds.isFetchingNextPage} onPress={() => void deeds.fetchNextPage()}>
            {t(deeds.isFetchingNextPage ? 'loading' : 'more')}
          </Button>
        </div>
      )}
    </Panel>
  );
}
