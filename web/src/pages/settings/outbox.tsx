import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Switch } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useCommand } from '../../ui/command';
import { Badge, Button, Empty, Loading, Panel, type Tone, Trouble } from '../../ui/parts';
import { When } from '../../ui/time';

const TONES: Record<string, Tone> = {
  open: 'info',
  sent: 'good',
  given_up: 'bad',
  dropped: 'none',
};

/** Before the name of a webhook, where a letter has the name of a menu's node. */
const WEBHOOK = 'webhook:';

interface OutboxProps {
  /** Only what goes to these webhooks. */
  hooks?: readonly string[];
}

/** Follow-ups of menus and webhooks: what is on its way, and what was given up. */
export function Outbox({ hooks }: OutboxProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const letters = useQuery({
    queryKey: ['outbox', all],
    refetchInterval: 15_000,
    queryFn: () => got(api.GET('/api/v1/outbox', { params: { query: { all, limit: 200 } } })),
  });
  const shown = (letters.data ?? []).filter(
    (l) => !hooks || hooks.some((name) => l.node === `${WEBHOOK}${name}`),
  );
  return (
    <Panel
      title={t(hooks ? 'files.deliveries' : 'settings.outbox')}
      more={
        <Switch className="switch" isSelected={all} onChange={setAll}>
          <span className="track" />
          {t('outbox.all')}
        </Switch>
      }
    >
      {letters.isPending && <Loading />}
      {letters.error && <Trouble error={letters.error} again={() => void letters.refetch()} />}
      {letters.data && shown.length === 0 && <Empty>{t('outbox.none')}</Empty>}
      <ul className="list">
        {shown.map((letter) => (
          <li key={letter.letter}>
            <Letter letter={letter} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Letter({ letter }: { letter: Schemas['LetterView'] }) {
  const { t } = useTranslation();
  const params = { path: { letter: letter.letter } };
  const act = useCommand(
    (what: 'retry' | 'drop') =>
      what === 'retry'
        ? got(api.POST('/api/v1/outbox/{letter}/retry', { params }))
        : got(api.POST('/api/v1/outbox/{letter}/drop', { params })),
    { refresh: ['outbox'] },
  );
  const over = letter.state === 'sent' || letter.state === 'dropped';
  return (
    <article className="stack tight">
      <div className="row spread">
        <h3>
          {letter.node} → {letter.receiver}
        </h3>
        <Badge tone={TONES[letter.state] ?? 'none'}>
          {t(`outbox.${letter.state}`, { defaultValue: letter.state })}
        </Badge>
      </div>
      <p className="muted small row">
        <When at={letter.created} />
        <span>{t('outbox.tried', { count: letter.attempts })}</span>
        {letter.outcome && <span lang="en">{letter.outcome}</span>}
        <Link to="/contacts/$contact" params={{ contact: letter.contact }}>
          {t('task.contact')}
        </Link>
      </p>
      {act.problem && <Trouble error={act.problem} />}
      {!over && (
        <div className="row">
          <Button isDisabled={act.busy} onPress={() => act.run('retry')}>
            {t('outbox.retry')}
          </Button>
          <Button isDisabled={act.busy} onPress={() => act.run('drop')}>
            {t('outbox.drop')}
          </Button>
        </div>
      )}
    </article>
  );
}
