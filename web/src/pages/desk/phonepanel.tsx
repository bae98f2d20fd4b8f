import { Headphones, Mic, Monitor, Phone as PhoneIcon, Settings2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Label, Meter, Radio, RadioGroup, Switch } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import { closeMicrophone, openMicrophone, refusalOf } from '../../phone/microphone';
import { usePagePhone } from '../../phone/provider';
import type { Where } from '../../phone/settings';
import { type Devices, devices, meter, NO_DEVICES, Ring } from '../../phone/sound';
import type { Ready } from '../../phone/state';
import { Badge, Button, Dialog, Note, Panel, Pick, type Tone, Trouble } from '../../ui/parts';

const TONES: Record<Ready, Tone> = {
  off: 'none',
  starting: 'info',
  ready: 'good',
  elsewhere: 'warn',
  insecure: 'bad',
  'microphone-refused': 'bad',
  'microphone-missing': 'bad',
  'microphone-busy': 'bad',
  lost: 'warn',
  voiceless: 'bad',
  refused: 'bad',
};

/** Which phone it is, and how it is. */
export function PhonePanel() {
  const { t } = useTranslation();
  const { now, settings, choose } = usePagePhone();
  const [open, setOpen] = useState(false);
  const page = settings.where === 'page';
  return (
    <Panel
      title={t('phone.title')}
      more={
        page ? (
          <Badge tone={TONES[now.ready]}>{t(`phone.ready.${now.ready}`)}</Badge>
        ) : (
          <span className="muted small">{t('phone.table')}</span>
        )
      }
    >
      {settings.where === null && (
        <div className="stack tight">
          <p className="hint">{t('phone.offer')}</p>
          <div className="row">
            <Button look="primary" onPress={() => choose({ where: 'page' })}>
              <Headphones className="icon" aria-hidden="true" />
              {t('phone.use-page')}
            </Button>
          </div>
        </div>
      )}
      {page && now.ready === 'ready' && !now.line && (
        <p className="hint">{t('phone.rings-here')}</p>
      )}
      <div className="row">
        <Button onPress={() => setOpen(true)}>
          <Settings2 className="icon" aria-hidden="true" />
          {t('phone.settings')}
        </Button>
      </div>
      <Dialog title={t('phone.settings')} open={open} onClose={() => setOpen(false)}>
        <section>
          <PhoneChoices />
          <div className="row">
            <Button look="primary" onPress={() => setOpen(false)}>
              {t('close')}
            </Button>
          </div>
        </section>
      </Dialog>
    </Panel>
  );
}

/** Why the phone in this page can not be rung, and what to do. */
export function PhoneTrouble() {
  const { t } = useTranslation();
  const { now, phone, choose } = usePagePhone();
  switch (now.ready) {
    case 'off':
    case 'starting':
    case 'ready':
      return null;
    case 'lost':
      return <Note tone="warn">{t('phone.trouble.lost')}</Note>;
    case 'elsewhere':
      return (
        <Note tone="warn">
          {t('phone.trouble.elsewhere')}
          <span>
            <Button onPress={() => phone?.takeOver()}>{t('phone.take-over')}</Button>
          </span>
        </Note>
      );
    case 'refused':
      return (
        <>
          <Note tone="bad">{t('phone.trouble.refused')}</Note>
          {now.problem != null && asProblem(now.problem).kind !== 'page' && (
            <Trouble error={now.problem} again={() => phone?.tryAgain()} />
          )}
        </>
      );
    case 'insecure':
    case 'microphone-refused':
    case 'microphone-missing':
    case 'microphone-busy':
    case 'voiceless':
      return (
        <Note tone="bad">
          {t(`phone.trouble.${now.ready}`)}
          <span className="row">
            {now.ready !== 'insecure' && (
              <Button onPress={() => phone?.tryAgain()}>{t('again')}</Button>
            )}
            <Button onPress={() => choose({ where: 'table' })}>{t('phone.use-table')}</Button>
          </span>
        </Note>
      );
  }
}

/** The phone, its devices and its ring. */
function PhoneChoices() {
  const { t } = useTranslation();
  const { now, settings, choose } = usePagePhone();
  const [found, setFound] = useState<Devices>(NO_DEVICES);
  const page = settings.where === 'page';
  useEffect(() => {
    const look = () => void devices().then(setFound);
    look();
    navigator.mediaDevices?.addEventListener('devicechange', look);
    return () => navigator.mediaDevices?.removeEventListener('devicechange', look);
  }, []);
  const list = (all: Devices['speakers']) => [
    { id: '', text: t('phone.system') },
    ...all.map((d, i) => ({ id: d.id, text: d.name || t('phone.device', { number: i + 1 }) })),
  ];
  const chosen = (id: string | null, all: Devices['speakers']) =>
    all.some((d) => d.id === id) ? id : '';
  return (
    <>
      <RadioGroup
        className="choices"
        value={settings.where ?? 'table'}
        isDisabled={now.line !== null}
        onChange={(where) => choose({ where: where as Where })}
      >
        <Label>{t('phone.where')}</Label>
        <Radio value="table" className="choice-card">
          <PhoneIcon className="icon" aria-hidden="true" />
          <span>
            <strong>{t('phone.table')}</strong>
            <span className="hint">{t('phone.table-hint')}</span>
          </span>
        </Radio>
        <Radio value="page" className="choice-card">
          <Monitor className="icon" aria-hidden="true" />
          <span>
            <strong>{t('phone.page')}</strong>
            <span className="hint">{t('phone.page-hint')}</span>
          </span>
        </Radio>
      </RadioGroup>
      {page && (
        <>
          <Pick
            label={t('phone.microphone')}
            options={list(found.microphones)}
            value={chosen(settings.microphone, found.microphones)}
            onChange={(id) => choose({ microphone: id || null })}
          />
          <Level
            device={settings.microphone}
            talking={now.microphone}
            heard={() => void devices().then(setFound)}
          />
          <Pick
            label={t('phone.speaker')}
            options={list(found.speakers)}
            value={chosen(settings.speaker, found.speakers)}
            onChange={(id) => choose({ speaker: id || null })}
          />
          {now.deaf && <Note tone="warn">{t('phone.deaf')}</Note>}
          <Switch
            className="switch"
            isSelected={settings.rings}
            onChange={(rings) => choose({ rings })}
          >
            <span className="track" aria-hidden="true" />
            {t('phone.rings')}
          </Switch>
          {settings.rings && (
            <div className="row end">
              <div className="grow">
                <Pick
                  label={t('phone.ringer')}
                  options={list(found.speakers)}
                  value={chosen(settings.ringer, found.speakers)}
                  onChange={(id) => choose({ ringer: id || null })}
                />
              </div>
              <TryRing device={settings.ringer} />
            </div>
          )}
        </>
      )}
    </>
  );
}

function TryRing({ device }: { device: string | null }) {
  const { t } = useTranslation();
  const [rings, setRings] = useState(false);
  useEffect(() => {
    if (!rings) return;
    const ring = new Ring();
    ring.start(device);
    const over = setTimeout(() => setRings(false), 2_000);
    return () => {
      clearTimeout(over);
      ring.stop();
    };
  }, [rings, device]);
  return (
    <Button isDisabled={rings} onPress={() => setRings(true)}>
      {t('phone.try-ring')}
    </Button>
  );
}

interface LevelProps {
  device: string | null;
  /** What is open already, in a talk. */
  talking: MediaStream | null;
  heard: () => void;
}

/** How loud the microphone is: whether it is the right one is seen before somebody calls. */
function Level({ device, talking, heard }: LevelProps) {
  const { t } = useTranslation();
  const [level, setLevel] = useState(0);
  const [trouble, setTrouble] = useState<Ready | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `heard` is another one each time
  useEffect(() => {
    let over = false;
    let stop = () => {};
    const listen = (stream: MediaStream, ours: boolean) => {
      if (over) return closeMicrophone(ours ? stream : null);
      const end = meter(stream, setLevel);
      stop = () => {
        end();
        if (ours) closeMicrophone(stream);
      };
    };
    setTrouble(null);
    if (talking) listen(talking, false);
    else if (!navigator.mediaDevices) setTrouble('insecure');
    else {
      openMicrophone(device)
        .then((stream) => {
          listen(stream, true);
          heard();
        })
        .catch((error: unknown) => !over && setTrouble(`microphone-${refusalOf(error)}`));
    }
    return () => {
      over = true;
      stop();
    };
  }, [device, talking]);
  if (trouble) return <p className="wrong">{t(`phone.trouble.${trouble}`)}</p>;
  return (
    <Meter value={Math.round(level * 100)} className="level" valueLabel="">
      {({ percentage }) => (
        <>
          <Label className="hint">{t('phone.level')}</Label>
          <span className="bar">
            <span style={{ width: `${percentage}%` }} />
          </span>
        </>
      )}
    </Meter>
  );
}

/** How well the two hear each other, in words; the figures for who wants them. */
export function QualityNote() {
  const { t } = useTranslation();
  const { now } = usePagePhone();
  const { line, quality: q } = now;
  const [level, setLevel] = useState(0);
  const { microphone } = now;
  useEffect(() => {
    if (!microphone) return;
    return meter(microphone, setLevel);
  }, [microphone]);
  if (line?.stage !== 'talking') return null;
  const told = q ?? null;
  const tone = { good: 'good', fair: 'warn', bad: 'bad', none: 'bad' } as const;
  return (
    <div className="row quality small">
      <span className="row" role="status">
        {told && !line.broken && (
          <Badge tone={tone[told.grade]}>
            {told.cause ? t(`quality.${told.cause}`) : t('quality.good')}
          </Badge>
        )}
      </span>
      {told && !line.broken && (
        <span className="muted number">
          {t('quality.figures', {
            loss: Math.round(told.loss * 100),
            jitter: Math.round(told.jitterMs),
            delay: told.roundTripMs === null ? '–' : Math.round(told.roundTripMs),
          })}
        </span>
      )}
      <span className="level short" aria-hidden="true" title={t('phone.level')}>
        <Mic className="icon" />
        <span className="bar">
          <span style={{ width: `${line.muted ? 0 : Math.round(level * 100)}%` }} />
        </span>
      </span>
    </div>
  );
}
