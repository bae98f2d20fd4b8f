import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import { asProblem } from './api/problem';
import { startLanguage } from './app/language';
import { router } from './app/router';
import { SessionProvider, useSession } from './app/session';
import { SignInPage } from './app/signin';
import { LiveProvider } from './live';
import { PhoneProvider } from './phone/provider';
import { Loading, Trouble } from './ui/parts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';
import './styles/pages.css';
import './styles/desk.css';

startLanguage();

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What was refused stays refused; what did not arrive may yet.
      retry: (failures, error) => {
        const { status } = asProblem(error);
        return failures < 2 && (status === 0 || status >= 500);
      },
    },
    mutations: { retry: false },
  },
});

function Gate() {
  const { session, look } = useSession();
  switch (session.state) {
    case 'loading':
      return (
        <main className="gate">
          <Loading />
        </main>
      );
    case 'broken':
      return (
        <main className="gate">
          <Trouble error={session.problem} again={() => void look()} />
        </main>
      );
    case 'none':
      return <SignInPage />;
    case 'signed-in':
    case 'expired':
      return (
        <PhoneProvider>
          <RouterProvider router={router} />
        </PhoneProvider>
      );
  }
}

function Console() {
  const { i18n } = useTranslation();
  return (
    <I18nProvider locale={i18n.language}>
      <QueryClientProvider client={queries}>
        <SessionProvider>
          <LiveProvider>
            <Gate />
          </LiveProvider>
        </SessionProvider>
      </QueryClientProvider>
    </I18nProvider>
  );
}

const place = document.getElementById('root');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <Console />
    </StrictMode>,
  );
}
