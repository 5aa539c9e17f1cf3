/** The frame around every page: navigation, the state of the connection, the viewer, the theme. */
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { usePipeline } from '../api/pipeline-feed.js';
import { useCanChange, useViewer } from '../api/viewer.js';
import { formatCount } from '../format/number.js';
import { RedriveProgress } from '../pages/dead-letters/redrive-progress.js';
import { Chip } from './chip.js';
import { Icon, type IconName } from './icons.js';
import { LiveMark } from './page.js';
import { ThemeSwitch } from './theme-switch.js';

interface NavItem {
  readonly href: string;
  readonly label: string;
  readonly icon: IconName;
}

const PAGES: readonly NavItem[] = [
  { href: '/', label: 'Overview', icon: 'overview' },
  { href: '/orders', label: 'Orders', icon: 'orders' },
  { href: '/dead-letters', label: 'Dead letters', icon: 'letters' },
  { href: '/stock', label: 'Stock', icon: 'stock' },
];

const LAB_PAGES: readonly NavItem[] = [
  { href: '/try', label: 'Try it', icon: 'try' },
  { href: '/faults', label: 'Faults', icon: 'faults' },
];

/** Shows the navigation alongside the page. */
export function Shell({ children }: { children: ReactNode }) {
  const { features, stage } = useViewer();
  const { live, latest } = usePipeline();
  const deadLetters = latest?.deadLetters ?? 0;
  return (
    <div className="shell">
      <a className="skip" href="#content">
        Skip to content
      </a>
      <div className="sidebar">
        <Link className="brand" href="/">
          <img src="/icon.svg" alt="" />
          Order pipeline
        </Link>
        <nav className="nav" aria-label="Pages">
          <ul>
            {PAGES.map((page) => (
              <NavLink key={page.href} {...page}>
                {page.href === '/dead-letters' && deadLetters > 0 && (
                  <span className="badge tone-danger">
                    {formatCount(deadLetters)}
                    <span className="visually-hidden"> dead letters</span>
                  </span>
                )}
              </NavLink>
            ))}
            {features?.localLab && <li className="nav-title">Local lab</li>}
            {features?.localLab && LAB_PAGES.map((page) => <NavLink key={page.href} {...page} />)}
          </ul>
        </nav>
        <div className="sidebar-foot">
          <Who />
          <span className="foot-row">
            <Chip tone={stage === 'prod' ? 'danger' : 'neutral'}>{stage}</Chip>
            <LiveMark live={live} />
          </span>
          <ThemeSwitch />
        </div>
      </div>
      <main className="main" id="content" tabIndex={-1}>
        <RedriveProgress />
        {children}
      </main>
    </div>
  );
}

function NavLink({ href, label, icon, children }: NavItem & { children?: ReactNode }) {
  const [location] = useLocation();
  const isCurrent = href === '/' ? location === '/' : location.startsWith(href);
  const item = useRef<HTMLLIElement>(null);
  // On a narrow screen the navigation scrolls.
  useEffect(() => {
    if (isCurrent) item.current?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [isCurrent]);
  return (
    <li ref={item}>
      <Link href={href} aria-current={isCurrent ? 'page' : undefined}>
        <Icon name={icon} />
        {label}
        {children}
      </Link>
    </li>
  );
}

function Who() {
  const { actor, features, csrfToken } = useViewer();
  const canChange = useCanChange();
  return (
    <div className="who">
      <strong>{actor}</strong>
      <span className="muted">{canChange ? 'Operator' : 'Viewer: read only'}</span>
      {features?.logout && (
        <form method="post" action="/auth/logout">
          <input type="hidden" name="csrf_token" value={csrfToken} />
          <button type="submit" className="link-button">
            Sign out
          </button>
        </form>
      )}
    </div>
  );
}
