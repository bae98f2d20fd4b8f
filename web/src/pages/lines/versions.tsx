import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { Badge, Button, Empty, Loading, Note, Panel, Trouble } from '../../ui/parts';
import { When } from '../../ui/time';
import { Fixed } from './edit';
import { Diff } from './edit/editor';
import { changes, type Files } from './edit/files';
import { Publish } from './edit/publish';
import { useFiles } from './edit/use';

type Version = Schemas['VersionView'];

/** What was published when, by whom and why; each can be looked at, and gone back to. */
export function Versions() {
  const { t } = useTranslation();
  const there = useFiles();
  const [shown, setShown] = useState<number | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const found = useInfiniteQuery({
    queryKey: ['menus-versions'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      got(
        api.GET('/api/v1/menus/versions', {
          params: { query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (found.isPending || there.isPending) return <Loading />;
  const error = found.error ?? there.error;
  if (error)
    return (
      <Trouble error={error} again={() => void Promise.all([found.refetch(), there.refetch()])} />
    );
  const all = found.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <div className="stack">
      <Fixed why={there.data?.fixed ?? null} />
      {done !== null && <Note tone="good">{t('menus.published', { version: done })}</Note>}
      {all.length === 0 ? (
        <Empty>{t('menus.no-versions')}</Empty>
      ) : (
        <Panel title={t('lines-tab.versions')}>
          <div className="scroll">
            <table className="cards">
              <thead>
                <tr>
                  <th>{t('menus.version')}</th>
                  <th>{t('audit.at')}</th>
                  <th>{t('audit.who')}</th>
                  <th>{t('menus.note')}</th>
                  <th>{t('menus.changed')}</th>
                  <th>
                    <span className="hidden">{t('menus.look')}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {all.map((v) => (
                  <tr key={v.version}>
                    <td className="lead">
                      <span className="number">{v.version}</span>{' '}
                      {v.current && <Badge tone="good">{t('menus.current')}</Badge>}
                    </td>
                    <td data-label={t('audit.at')}>
                      <When at={v.at} />
                    </td>
                    <td data-label={t('audit.who')}>{v.who ?? t('menus.found')}</td>
                    <td data-label={t('menus.note')}>{v.note}</td>
                    <td data-label={t('menus.changed')}>{v.changed.join(', ')}</td>
                    <td className="right">
                      <Button
                        aria-label={t('menus.look-of', { version: v.version })}
                        isDisabled={v.current}
                        onPress={() => setShown(shown === v.version ? null : v.version)}
                      >
                        {t('menus.look')}
                      </Button>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {found.hasNextPage && (
            <Button
              onPress={() => void found.fetchNextPage()}
              isDisabled={found.isFetchingNextPage}
            >
              {t('more')}
            </Button>
          )}
        </Panel>
      )}
      {shown !== null && there.data && (
        <Look
          key={shown}
          version={shown}
          there={there.data}
          onDone={(version) => {
            setShown(null);
            setDone(version);
          }}
        />
      )}
    </div>
  );
}

interface LookProps {
  version: Version['version'];
  there: Files;
  onDone: (version: number) => void;
}

/** What going back to a version would change. */
function Look({ version, there, onDone }: LookProps) {
  const { t } = useTranslation();
  const [asks, setAsks] = useState(false);
  const found = useQuery({
    queryKey: ['menus-version', version],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      got(api.GET('/api/v1/menus/versions/{version}', { params: { path: { version } } })),
  });
  if (found.isPending) return <Loading />;
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  const { files } = found.data;
  const all = changes(there.files, files);
  return (
    <Panel
      title={t('menus.back-to', { version })}
      more={
        <Button onPress={() => setAsks(true)} isDisabled={there.fixed !== null || all.length === 0}>
          {t('menus.restore')}
        </Button>
      }
    >
      <p className="hint">{t('menus.back-hint')}</p>
      {all.length === 0 && <Empty>{t('menus.no-difference')}</Empty>}
      {all.map((c) => (
        <section key={c.file} className="stack tight">
          <h3>
            <code>{c.file}</code>
          </h3>
          <Diff label={c.file} before={c.before ?? ''} after={c.after ?? ''} />
        </section>
      ))}
      {asks && (
        <Publish
          title={t('menus.back-to', { version })}
          before={there.files}
          after={files}
          tag={there.tag}
          note={t('menus.back-note', { version })}
          onClose={() => setAsks(false)}
          onDone={onDone}
        />
      )}
    </Panel>
  );
}
