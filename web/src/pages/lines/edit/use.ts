import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { api, got, type Schemas } from '../../../api/client';
import { problemOf } from '../../../api/problem';
import { useDraft } from '../../../ui/draft';
import type { Schemas as FileSchemas } from './complete';
import { type Draft, type Files, type MenuFile, read, same } from './files';

/** So long nothing is written, then it is checked. */
const PAUSE_MS = 600;

/** The menu files in the folder. */
export function useFiles() {
  return useQuery({
    queryKey: ['menus'],
    // What is being edited is not exchanged under the hands of who writes.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    queryFn: async (): Promise<Files> => {
      const { data, error, response } = await api.GET('/api/v1/menus');
      if (!response.ok || !data) throw problemOf(response.status, error);
      return {
        files: data.files,
        fixed: data.fixed ?? null,
        tag: response.headers.get('etag') ?? '',
      };
    },
  });
}

export function useSchemas() {
  return useQuery({
    queryKey: ['menus-schemas'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await got(api.GET('/api/v1/menus/schemas'))) as unknown as FileSchemas,
  });
}

interface Writing {
  files: readonly MenuFile[];
  /** What the folder must still be when this is published. */
  tag: string;
  changed: boolean;
  /** Somebody else has changed the folder since this was begun. */
  overtaken: boolean;
  write: (files: MenuFile[]) => void;
  /** The folder's files again. */
  discard: () => void;
  /** Over what somebody else has done. */
  insist: () => void;
}

/** What is being written in this tab. It stays over a reload. */
export function useWriting(there: Files): Writing {
  const [kept, keep] = useDraft('menus');
  const draft = useMemo(() => read(kept), [kept]);
  const changed = draft !== null && !same(draft.files, there.files);
  const write = useCallback(
    (files: MenuFile[]) => {
      const next: Draft = { tag: draft?.tag ?? there.tag, files };
      keep(JSON.stringify(next));
    },
    [draft?.tag, there.tag, keep],
  );
  const discard = useCallback(() => keep(''), [keep]);
  const insist = useCallback(() => {
    if (draft) keep(JSON.stringify({ ...draft, tag: there.tag }));
  }, [draft, there.tag, keep]);
  return {
    files: changed ? draft.files : there.files,
    tag: changed ? draft.tag : there.tag,
    changed,
    overtaken: changed && draft.tag !== there.tag,
    write,
    discard,
    insist,
  };
}

/** What the server says of these files, a moment after the last change. */
export function useChecked(files: readonly MenuFile[]) {
  const [asked, setAsked] = useState(files);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(files), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [files]);
  const checked = useQuery({
    queryKey: ['menus-check', asked],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: () => got(api.POST('/api/v1/menus/check', { body: { files: [...asked] } })),
  });
  // What is told is of what is written, or it is told that it is being looked at.
  const late = asked !== files || checked.isPlaceholderData || checked.isPending;
  return { ...checked, late };
}

export type Mistake = Schemas['DraftMistake'];

/** Everything that looks at menus looks again. */
export function useLookAgain() {
  const queries = useQueryClient();
  return useCallback(async () => {
    for (const key of ['menus', 'menus-versions', 'lines', 'line'])
      await queries.invalidateQueries({ queryKey: [key] });
  }, [queries]);
}
