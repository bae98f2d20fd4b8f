import { useMutation, useQueryClient } from '@tanstack/react-query';
import { asProblem, type Problem } from '../api/problem';

interface Command<A> {
  run: (argument: A) => void;
  busy: boolean;
  problem: Problem | null;
  done: boolean;
  clear: () => void;
}

/** Something that is asked of the server once, and what came of it. */
export function useCommand<A, R>(
  ask: (argument: A) => Promise<R>,
  options: { done?: (result: R, argument: A) => void; refresh?: readonly string[] } = {},
): Command<A> {
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: ask,
    onSuccess: (result, argument) => options.done?.(result, argument),
    onSettled: async () => {
      for (const key of options.refresh ?? []) await queries.invalidateQueries({ queryKey: [key] });
    },
  });
  return {
    run: (argument) => {
      if (!mutation.isPending) mutation.mutate(argument);
    },
    busy: mutation.isPending,
    problem: mutation.error ? asProblem(mutation.error) : null,
    done: mutation.isSuccess,
    clear: () => mutation.reset(),
  };
}
