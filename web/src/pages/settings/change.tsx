import { type FormEvent, useEffect, useState } from 'react';
import { Switch } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { api, got } from '../../api/client';
import { useMay } from '../../app/session';
import { useCommand } from '../../ui/command';
import { Button, Dialog, Field, Note, type Option, Pick, Trouble } from '../../ui/parts';
import type { Settings } from './files';
import { type Body, body, type Entry, type Kind, type Section } from './written';

interface Asked {
  section: Section;
  name: string;
  /** What the file must still be. */
  tag: string;
}

function change({ section, name, tag }: Asked, body: Body) {
  const headers = { 'If-Match': tag };
  if (section === 'agents') {
    const params = { path: { agent: name } };
    return got(api.PUT('/api/v1/settings/agents/{agent}', { params, body, headers }));
  }
  if (section === 'queues') {
    const params = { path: { queue: name } };
    return got(api.PUT('/api/v1/settings/queues/{queue}', { params, body, headers }));
  }
  const params = { path: { name } };
  return got(api.PUT('/api/v1/settings/webhooks/{name}', { params, body, headers }));
}

function remove({ section, name, tag }: Asked) {
  const headers = { 'If-Match': tag };
  if (section === 'agents') {
    const params = { path: { agent: name } };
    return got(api.DELETE('/api/v1/settings/agents/{agent}', { params, headers }));
  }
  if (section === 'queues') {
    const params = { path: { queue: name } };
    return got(api.DELETE('/api/v1/settings/queues/{queue}', { params, headers }));
  }
  const params = { path: { name } };
  return got(api.DELETE('/api/v1/settings/webhooks/{name}', { params, headers }));
}

/** One thing that can be written of an entry. */
export interface Part {
  key: string;
  label: string;
  kind: Kind;
  hint?: string;
  options?: readonly Option[];
}

interface FormProps {
  settings: Settings;
  section: Section;
  /** None: a new one. */
  entry: Entry | null;
  parts: readonly Part[];
  onClose: () => void;
}

/** An agent, a queue or a webhook as the settings file has it. */
export function ChangeForm({ settings, section, entry, parts, onClose }: FormProps) {
  const { t } = useTranslation();
  const before = entry?.values ?? {};
  const [name, setName] = useState(entry?.name ?? '');
  const [values, setValues] = useState<Record<string, string>>(before);
  const [leaving, setLeaving] = useState(false);
  const [removing, setRemoving] = useState(false);
  const asked = { section, name: name.trim(), tag: settings.tag };
  const options = { refresh: ['settings', 'agents'], done: onClose };
  const save = useCommand((body: Body) => change(asked, body), options);
  const gone = useCommand(() => remove(asked), options);
  const problem = save.problem ?? gone.problem;
  const wrong = (key: string) => {
    const told = problem?.of(key);
    return told && `${told.what}: ${told.remedy}`;
  };
  const written = body(parts, before, values);
  const dirty = Object.keys(written).length > 0 || (!entry && name.trim() !== '');
  useEffect(() => {
    if (!dirty) return undefined;
    // The browser asks before the page goes.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [dirty]);
  const write = (key: string, value: string) => setValues({ ...values, [key]: value });
  const close = () => (dirty && !leaving ? setLeaving(true) : onClose());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    gone.clear();
    save.run(written);
  };
  const shown = parts.map((p) => p.key);
  // What belongs to no field that is here is told above the buttons.
  const rest = problem?.errors.every((e) => shown.includes(e.field) || e.field === 'id');
  const busy = save.busy || gone.busy;
  return (
    <Dialog
      title={entry ? t(`change.${section}.of`, { name: entry.name }) : t(`change.${section}.add`)}
      open
      fixed={dirty || busy}
      onClose={onClose}
    >
      <form onSubmit={submit}>
        {!entry && (
          <Field
            label={t(`change.${section}.name`)}
            value={name}
            onChange={setName}
            autoFocus
            isRequired
            hint={t('change.name-hint')}
            wrong={wrong('id') ?? (section === 'agents' ? undefined : wrong('name'))}
            autoComplete="off"
          />
        )}
        {parts.map((part) => (
          <Written
            key={part.key}
            part={part}
            value={values[part.key] ?? ''}
            wrong={wrong(part.key)}
            onChange={(value) => write(part.key, value)}
          />
        ))}
        {problem && !(problem.errors.length > 0 && rest) && <Trouble error={problem} />}
        {problem?.errors
          .filter((e) => e.field !== '' && e.field !== 'id' && !shown.includes(e.field))
          .map((e) => (
            <p key={e.field} className="wrong" lang="en">
              {e.field}: {e.what}: {e.remedy}
            </p>
          ))}
        {leaving && dirty && <Note tone="warn">{t('change.unsaved')}</Note>}
        {removing ? (
          <div className="stack">
            <Note tone="warn">{t(`change.${section}.sure`, { name: asked.name })}</Note>
            <div className="row">
              <Button look="danger" isDisabled={busy} onPress={() => gone.run(undefined)}>
                {t('change.remove')}
              </Button>
              <Button onPress={() => setRemoving(false)}>{t('change.keep')}</Button>
            </div>
          </div>
        ) : (
          <div className="row">
            <Button type="submit" look="primary" isDisabled={busy || !dirty || asked.name === ''}>
              {t(entry ? 'settings.save' : 'change.add')}
            </Button>
            <Button onPress={close}>{t(leaving && dirty ? 'change.discard' : 'cancel')}</Button>
            {entry && (
              <Button look="danger" isDisabled={busy} onPress={() => setRemoving(true)}>
                {t('change.remove')}
              </Button>
            )}
          </div>
        )}
      </form>
    </Dialog>
  );
}

interface WrittenProps {
  part: Part;
  value: string;
  wrong: string | undefined;
  onChange: (value: string) => void;
}

function Written({ part, value, wrong, onChange }: WrittenProps) {
  if (part.kind === 'flag')
    return (
      <Switch
        className="switch"
        isSelected={value === 'true'}
        onChange={(on) => onChange(String(on))}
      >
        <span className="track" />
        {part.label}
      </Switch>
    );
  if (part.kind === 'pick')
    return (
      <Pick
        label={part.label}
        options={part.options ?? []}
        value={value || null}
        onChange={onChange}
        wrong={wrong}
      />
    );
  return (
    <Field
      label={part.label}
      value={value}
      onChange={onChange}
      hint={part.hint}
      wrong={wrong}
      type={part.kind === 'secret' ? 'password' : 'text'}
      autoComplete={part.kind === 'secret' ? 'new-password' : 'off'}
    />
  );
}

/** Whether this viewer may change entries of a section here, and why not. */
export function useChangeable(settings: Settings, section: Section) {
  const may = useMay();
  const fixed = settings.fixed[section];
  return { may: may.administer && !fixed, fixed: may.administer ? fixed : undefined };
}

/** Why something can not be changed in the page, in the server's words. */
export function Fixed({ why }: { why: string | undefined }) {
  const { t } = useTranslation();
  if (!why) return null;
  return (
    <p className="hint">
      {t('change.fixed')} <span lang="en">({why})</span>
    </p>
  );
}
