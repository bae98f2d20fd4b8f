import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got } from '../api/client';
import { useCommand } from '../ui/command';
import { Button, Field, Trouble } from '../ui/parts';
import { useSession } from './session';

/** A new password for oneself; ends all sessions, this one as well. */
export function OwnPassword() {
  const { t } = useTranslation();
  const { look } = useSession();
  const [open, setOpen] = useState(false);
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const change = useCommand(
    () => got(api.POST('/api/v1/session/password', { body: { old, new: fresh } })),
    { done: () => void look() },
  );
  if (!open) {
    return (
      <div>
        <Button onPress={() => setOpen(true)}>{t('password.change')}</Button>
      </div>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.run(undefined);
  };
  const wrong = (field: string) => change.problem?.of(field)?.what;
  return (
    <form onSubmit={submit}>
      <p className="hint">{t('password.ends')}</p>
      <Field
        label={t('password.old')}
        type="password"
        value={old}
        onChange={setOld}
        autoComplete="current-password"
        wrong={wrong('old') && t('password.wrong')}
      />
      <Field
        label={t('password.new')}
        type="password"
        value={fresh}
        onChange={setFresh}
        autoComplete="new-password"
        hint={t('password.length')}
        wrong={wrong('new') && t('password.length')}
      />
      {change.problem && change.problem.errors.length === 0 && <Trouble error={change.problem} />}
      <Button type="submit" isPending={change.busy}>
        {t('password.change')}
      </Button>
    </form>
  );
}
