import { useTranslation } from 'react-i18next';
import type { Reason, Step } from '../../live/picture';

/** Why a caller wants a person, in words. */
export function useReason() {
  const { t } = useTranslation();
  return (reason: Reason) => {
    const word = t(`reason.${reason.kind}`, { defaultValue: reason.kind });
    return reason.kind === 'fault' && reason.what ? `${word}: ${reason.what}` : word;
  };
}

/** A language by its name, in the language of whoever reads. */
export function useLanguageName() {
  const { i18n } = useTranslation();
  return (tag: string) => {
    try {
      return new Intl.DisplayNames(i18n.language, { type: 'language' }).of(tag) ?? tag;
    } catch {
      return tag;
    }
  };
}

/** What happened at a node, in words. */
export function useStepWords() {
  const { t } = useTranslation();
  const language = useLanguageName();
  return ({ what }: Step): string => {
    switch (what.kind) {
      case 'entered':
        return what.label ?? '';
      case 'pressed':
        return t('step.pressed', { key: what.key });
      case 'wrong':
        return t('step.wrong', { key: what.key });
      case 'silent':
        return t('step.silent');
      case 'collected':
        return t('step.collected', { count: what.digits ?? 0 });
      case 'language':
        return t('step.language', { language: language(what.language ?? '') });
      case 'answered':
        return what.found ? t('step.found') : t('step.unknown');
      case 'tried':
        return t('step.tried', {
          step: what.step,
          answer: t(`answer.${what.answer}`, { defaultValue: what.answer ?? '' }),
        });
      case 'failed':
        return t('step.failed', { what: what.what });
    }
  };
}

/** A place on the path: the node, and what the caller did there. */
export interface Stop {
  node: string;
  label: string;
  did: Step[];
}

/** The path, one entry for each node that the caller came to. */
export function stops(path: readonly Step[]): Stop[] {
  const all: Stop[] = [];
  for (const step of path) {
    const last = all.at(-1);
    if (step.what.kind === 'entered') {
      all.push({ node: step.node, label: step.what.label ?? step.node, did: [] });
    } else if (last && last.node === step.node) {
      last.did.push(step);
    } else {
      all.push({ node: step.node, label: step.node, did: [step] });
    }
  }
  return all;
}
