import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { usePagePhone } from '../../phone/provider';
import { useCommand } from '../../ui/command';
import { Button, Field, Note, Panel, Trouble } from '../../ui/parts';
import type { Phone } from './phone';

/** Calls somebody without a caller: the agent's own phone first, then whom they want. */
export function Dial({ phone, agent }: { phone: Phone; agent: string }) {
  const { t } = useTranslation();
  const page = usePagePhone();
  const [number, setNumber] = useState('');
  const dialled = number.replace(/[\s()/.-]/g, '');
  const here = page.now.ready === 'ready';
  const call = useCommand(
    async () => {
      // It rings here in a moment, and who asked for it need not answer.
      if (here) page.phone?.expect(null);
      const params = { path: { agent } };
      const body = { number: dialled };
      return got(api.POST('/api/v1/agents/{agent}/dial', { params, body })).catch((e: unknown) => {
        page.phone?.expectNothing();
        throw e;
      });
    },
    { done: () => setNumber('') },
  );
  // With a caller on the phone somebody is asked, not dialled.
  if (phone.state !== 'idle' || phone.line) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    call.run(undefined);
  };
  return (
    <Panel title={t('dial.title')}>
      <form className="stack tight" onSubmit={submit}>
        <Field
          label={t('dial.number')}
          value={number}
          onChange={(n) => {
            setNumber(n);
            call.clear();
          }}
          inputMode="tel"
          maxLength={32}
          hint={t('handing.number-hint')}
          wrong={call.problem?.of('number')?.remedy}
        />
        <div className="row">
          <Button
            type="submit"
            isPending={call.busy}
            isDisabled={!/^\+?[0-9*#]{1,20}$/.test(dialled)}
          >
            {t('dial.call')}
          </Button>
        </div>
      </form>
      {call.problem && call.problem.errors.length === 0 && <Trouble error={call.problem} />}
      {call.done && !here && <Note tone="good">{t('dial.rings')}</Note>}
    </Panel>
  );
}
