import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useCommand } from '../../ui/command';
import { useDraft } from '../../ui/draft';
import { Badge, Button, Field, type Tone, Trouble } from '../../ui/parts';
import { Since } from '../../ui/time';
import { useFreshOf } from './chat';

type Approval = Schemas['ApprovalView'];

const TONES: Record<string, Tone> = {
  open: 'info',
  granted: 'good',
  refused: 'bad',
  withdrawn: 'none',
  lapsed: 'warn',
};

/** What it is about, as people read it: what, and how much. */
export function useApprovalWords() {
  const { i18n } = useTranslation();
  return (value: number | null | undefined, unit: string | null | undefined) =>
    value == null ? '' : `${value.toLocaleString(i18n.language)} ${unit ?? ''}`.trim();
}

/** What the agent asks a supervisor for, about this contact, and what became of it. */
export function Approvals({ contact, asks }: { contact: string; asks: boolean }) {
  const { t } = useTranslation();
  useFreshOf('approvals');
  const list = useQuery({
    queryKey: ['approvals', contact],
    queryFn: () =>
      got(api.GET('/api/v1/approvals', { params: { query: { contact, all: true, limit: 20 } } })),
  });
  const items = list.data?.items ?? [];
  if (!asks && items.length === 0) return null;
  return (
    <section className="stack" aria-label={t('approval.title')}>
      <h3>{t('approval.title')}</h3>
      {list.error && <Trouble error={list.error} again={() => void list.refetch()} />}
      {items.length > 0 && (
        <ul className="list tight" aria-live="polite">
          {items.map((a) => (
            <li key={a.approval}>
              <Asked approval={a} />
            </li>
          ))}
        </ul>
      )}
      {asks && <Ask contact={contact} />}
    </section>
  );
}

function Asked({ approval: a }: { approval: Approval }) {
  const { t } = useTranslation();
  const words = useApprovalWords();
  const withdraw = useCommand(
    () =>
      got(
        api.POST('/api/v1/approvals/{approval}/withdraw', {
          params: { path: { approval: a.approval } },
        }),
      ),
    { refresh: ['approvals'] },
  );
  const open = a.state === 'open';
  return (
    <div className="stack tight">
      <div className="row spread">
        <span>
          {a.what} <strong className="number">{words(a.amount, a.unit)}</strong>
        </span>
        <Badge tone={TONES[a.state] ?? 'none'}>
          {t(`approval.state.${a.state}`, { defaultValue: a.state })}
          {open && (
            <>
              {' '}
              <Since at={a.asked} />
            </>
          )}
        </Badge>
      </div>
      {a.state === 'granted' && a.limit != null && (
        <p className="small">{t('approval.up-to', { limit: words(a.limit, a.unit) })}</p>
      )}
      {a.note && <p className="small">{a.note}</p>}
      {a.decided_by && a.state !== 'withdrawn' && (
        <p className="small muted">{t('approval.by', { who: a.decided_by })}</p>
      )}
      {open && (
        <div className="row">
          <Button isPending={withdraw.busy} onPress={() => withdraw.run(undefined)}>
            {t('approval.withdraw')}
          </Button>
        </div>
      )}
      {withdraw.problem && <Trouble error={withdraw.problem} />}
    </div>
  );
}

function Ask({ contact }: { contact: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [what, setWhat] = useDraft(`approval.${contact}`);
  const [amount, setAmount] = useState('');
  const [unit, setUnit] = useState('');
  const value = amount.trim() === '' ? null : Number(amount.replace(',', '.'));
  const wrong = value !== null && (!Number.isFinite(value) || value < 0);
  const ask = useCommand(
    () =>
      got(
        api.POST('/api/v1/contacts/{contact}/approvals', {
          params: { path: { contact } },
          body: {
            what: what.trim(),
            ...(value === null ? {} : { amount: value }),
            ...(value !== null && unit.trim() ? { unit: unit.trim() } : {}),
          },
        }),
      ),
    {
      refresh: ['approvals'],
      done: () => {
        setWhat('');
        setAmount('');
        setOpen(false);
      },
    },
  );
  if (!open) {
    return (
      <div className="row">
        <Button onPress={() => setOpen(true)}>{t('approval.ask')}</Button>
      </div>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.run(undefined);
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field
        label={t('approval.what')}
        value={what}
        onChange={setWhat}
        maxLength={200}
        autoFocus
        isRequired
        wrong={ask.problem?.of('what')?.remedy}
      />
      <div className="row two">
        <Field
          label={t('approval.amount')}
          value={amount}
          onChange={setAmount}
          maxLength={14}
          wrong={wrong ? t('approval.no-number') : ask.problem?.of('amount')?.remedy}
        />
        <Field
          label={t('approval.unit')}
          value={unit}
          onChange={setUnit}
          maxLength={12}
          wrong={ask.problem?.of('unit')?.remedy}
        />
      </div>
      {ask.problem && ask.problem.errors.length === 0 && <Trouble error={ask.problem} />}
      <div className="row">
        <Button
          type="submit"
          look="primary"
          isPending={ask.busy}
          isDisabled={wrong || what.trim() === ''}
        >
          {t('approval.send')}
        </Button>
        <Button onPress={() => setOpen(false)}>{t('cancel')}</Button>
      </div>
    </form>
  );
}
