import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, got, type Schemas } from '../../api/client';
import { useCommand } from '../../ui/command';
import { Badge, Button, Dialog, Empty, Field, Loading, Panel, Pick, Trouble } from '../../ui/parts';
import { When } from '../../ui/time';
import { agentOf, useAgentOptions, useRoleOptions } from './users';

type Token = Schemas['TokenView'];

export function Tokens() {
  const { t } = useTranslation();
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: () => got(api.GET('/api/v1/tokens')) });
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  return (
    <Panel
      title={t('settings.tokens')}
      more={<Button onPress={() => setAdding(true)}>{t('tokens.add')}</Button>}
    >
      <p className="hint">{t('tokens.about')}</p>
      {tokens.isPending && <Loading />}
      {tokens.error && <Trouble error={tokens.error} again={() => void tokens.refetch()} />}
      {tokens.data?.length === 0 && <Empty>{t('tokens.none')}</Empty>}
      {tokens.data && tokens.data.length > 0 && (
        <div className="scroll">
          <table className="cards">
            <thead>
              <tr>
                <th>{t('tokens.for')}</th>
                <th>{t('settings.role')}</th>
                <th>{t('tokens.created')}</th>
                <th>{t('tokens.used')}</th>
                <th>{t('tokens.until')}</th>
                <th>
                  <span className="hidden">{t('tokens.revoke')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {tokens.data.map((token) => (
                <TokenRow key={token.id} token={token} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {adding && <Add onClose={() => setAdding(false)} onMade={setMade} />}
      <Dialog title={t('tokens.made')} open={made !== null} onClose={() => setMade(null)}>
        <section>
          <p>{t('tokens.once')}</p>
          <p className="secret">{made}</p>
          <div>
            <Button look="primary" onPress={() => setMade(null)}>
              {t('close')}
            </Button>
          </div>
        </section>
      </Dialog>
    </Panel>
  );
}

function TokenRow({ token }: { token: Token }) {
  const { t } = useTranslation();
  const [sure, setSure] = useState(false);
  const revoke = useCommand(
    () => got(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id: token.id } } })),
    { refresh: ['tokens'], done: () => setSure(false) },
  );
  return (
    <tr>
      <td className="lead">{token.name}</td>
      <td data-label={t('settings.role')}>
        {t(`role.${token.role}`, { defaultValue: token.role })}
        {token.agent ? ` (${token.agent})` : ''}
      </td>
      <td data-label={t('tokens.created')}>
        <When at={token.created} />
      </td>
      <td data-label={t('tokens.used')}>{token.used && <When at={token.used} />}</td>
      <td data-label={t('tokens.until')}>{token.until && <When at={token.until} />}</td>
      <td className="right">
        {token.revoked ? (
          <Badge tone="none">{t('tokens.revoked')}</Badge>
        ) : (
          <Button
            look="quiet"
            onPress={() => setSure(true)}
            aria-label={t('tokens.revoke-of', { name: token.name })}
          >
            {t('tokens.revoke')}
          </Button>
        )}
        <Dialog title={t('tokens.revoke')} open={sure} onClose={() => setSure(false)}>
          <section>
            <p>{t('tokens.sure', { name: token.name })}</p>
            {revoke.problem && <Trouble error={revoke.problem} />}
            <div className="row">
              <Button look="danger" isDisabled={revoke.busy} onPress={() => revoke.run(undefined)}>
                {t('tokens.revoke')}
              </Button>
              <Button onPress={() => setSure(false)}>{t('cancel')}</Button>
            </div>
          </section>
        </Dialog>
      </td>
    </tr>
  );
}

interface AddProps {
  onClose: () => void;
  onMade: (token: string) => void;
}

function Add({ onClose, onMade }: AddProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [role, setRole] = useState<string>('supervisor');
  const [agent, setAgent] = useState<string | null>(null);
  const [days, setDays] = useState('365');
  const agents = useAgentOptions(t('users.no-phone'));
  const roles = useRoleOptions();
  const add = useCommand(
    () => {
      const phone = agentOf(agent);
      const body = {
        name: name.trim(),
        role,
        ...(days.trim() ? { days: Number(days) } : {}),
        ...(role === 'agent' && phone ? { agent: phone } : {}),
      };
      return got(api.POST('/api/v1/tokens', { body }));
    },
    {
      refresh: ['tokens'],
      done: (made) => {
        onClose();
        if (made.token) onMade(made.token);
      },
    },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.run(undefined);
  };
  const wrong = (field: string) => add.problem?.of(field)?.remedy;
  return (
    <Dialog title={t('tokens.add')} open onClose={onClose}>
      <form onSubmit={submit}>
        <Field
          label={t('tokens.for')}
          value={name}
          onChange={setName}
          hint={t('tokens.for-hint')}
          autoFocus
          isRequired
          wrong={wrong('name')}
          autoComplete="off"
        />
        <Pick label={t('settings.role')} options={roles} value={role} onChange={setRole} />
        <p className="hint">{t(`role-may.${role}`)}</p>
        {role === 'agent' && (
          <Pick
            label={t('settings.phone')}
            options={agents}
            value={agent}
            onChange={setAgent}
            wrong={wrong('agent')}
          />
        )}
        <Field
          label={t('tokens.days')}
          value={days}
          onChange={setDays}
          inputMode="numeric"
          hint={t('tokens.days-hint')}
          wrong={wrong('days')}
        />
        {add.problem && add.problem.errors.length === 0 && <Trouble error={add.problem} />}
        <div className="row">
          <Button type="submit" look="primary" isDisabled={add.busy || name.trim() === ''}>
            {t('tokens.make')}
          </Button>
          <Button onPress={onClose}>{t('cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
