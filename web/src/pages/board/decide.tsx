import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useLive } from '../../live';
import { useCommand } from '../../ui/command';
import { useLocale } from '../../ui/locale';
import { Button, Dialog, Field, Panel, Trouble } from '../../ui/parts';
import { Since } from '../../ui/time';

type Approval = Schemas['ApprovalView'];

function useAmount() {
  const locale = useLocale();
  return (a: Approval) =>
    a.amount == null
      ? ''
      : `${new Intl.NumberFormat(locale).format(a.amount)} ${a.unit ?? ''}`.trim();
}

/** What agents ask supervisors for and wait for, who waits longest first. Nothing is shown without. */
export function Approvals() {
  const { t } = useTranslation();
  const { stored } = useLive().picture;
  const queries = useQueryClient();
  const amount = useAmount();
  const [open, setOpen] = useState<{ approval: Approval; grant: boolean } | null>(null);
  const found = useQuery({
    queryKey: ['approvals', 'open'],
    queryFn: () => got(api.GET('/api/v1/approvals', { params: { query: { limit: 50 } } })),
  });
  useEffect(() => {
    if (stored > 0) void queries.invalidateQueries({ queryKey: ['approvals'] });
  }, [stored, queries]);
  const all = [...(found.data?.items ?? [])].sort((a, b) => a.asked.localeCompare(b.asked));
  if (!found.error && all.length === 0) return null;
  return (
    <Panel title={t('decide.title')} more={<span className="muted number">{all.length}</span>}>
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      <ul className="list">
        {all.map((a) => (
          <li key={a.approval} className="row spread">
            <div>
              <p>
                <strong>{a.what}</strong> <span className="number">{amount(a)}</span>
              </p>
              <p className="muted small">
                {t('decide.asked', { who: a.agent || a.asked_by })} <Since at={a.asked} />
                {' · '}
                <Link to="/contacts/$contact" params={{ contact: a.contact }}>
                  {t('task.contact')}
                </Link>
              </p>
            </div>
            <div className="row">
              <Button
                look="primary"
                aria-label={t('decide.grant-of', { what: a.what })}
                onPress={() => setOpen({ approval: a, grant: true })}
              >
                {t('decide.grant')}
              </Button>
              <Button
                aria-label={t('decide.refuse-of', { what: a.what })}
                onPress={() => setOpen({ approval: a, grant: false })}
              >
                {t('decide.refuse')}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <Dialog title={open?.approval.what ?? ''} open={open !== null} onClose={() => setOpen(null)}>
        {open && (
          <Decision approval={open.approval} grant={open.grant} onClose={() => setOpen(null)} />
        )}
      </Dialog>
    </Panel>
  );
}

interface DecisionProps {
  approval: Approval;
  grant: boolean;
  onClose: () => void;
}

function Decision({ approval, grant, onClose }: DecisionProps) {
  const { t } = useTranslation();
  const amount = useAmount();
  const [limit, setLimit] = useState(approval.amount == null ? '' : String(approval.amount));
  const [note, setNote] = useState('');
  const params = { path: { approval: approval.approval } };
  const decide = useCommand(
    () => {
      const said = note.trim() ? { note: note.trim() } : {};
      if (!grant)
        return got(api.POST('/api/v1/approvals/{approval}/refuse', { params, body: said }));
      const most = Number(limit.replace(',', '.'));
      const upTo = limit.trim() !== '' && most !== approval.amount ? { limit: most } : {};
      const body = { ...said, ...upTo };
      return got(api.POST('/api/v1/approvals/{approval}/grant', { params, body }));
    },
    { done: onClose, refresh: ['approvals'] },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    decide.run(undefined);
  };
  const wrong = limit.trim() !== '' && Number.isNaN(Number(limit.replace(',', '.')));
  return (
    <form onSubmit={submit}>
      <p>
        {t('decide.about', { who: approval.agent || approval.asked_by })}{' '}
        <span className="number">{amount(approval)}</span>
      </p>
      {grant && approval.amount != null && (
        <Field
          label={approval.unit ? t('decide.limit-in', { unit: approval.unit }) : t('decide.limit')}
          value={limit}
          onChange={setLimit}
          inputMode="numeric"
          wrong={wrong ? t('decide.number') : undefined}
        />
      )}
      <Field
        label={t(grant ? 'decide.note' : 'decide.why')}
        value={note}
        onChange={setNote}
        maxLength={500}
      />
      {decide.problem && <Trouble error={decide.problem} />}
      <div className="row spread">
        <Button onPress={onClose}>{t('cancel')}</Button>
        <Button type="submit" look="primary" isPending={decide.busy} isDisabled={wrong}>
          {t(grant ? 'decide.grant' : 'decide.refuse')}
        </Button>
      </div>
    </form>
  );
}
