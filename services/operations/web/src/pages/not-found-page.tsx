/** The page for addresses that name none. */
import { Link } from 'wouter';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';

/** Leads back to the overview. */
export function NotFoundPage() {
  return (
    <Page title="Not found" documentTitle="Not found">
      <div className="card">
        <Empty
          icon="search"
          title="There is no page at this address"
          action={
            <Link className="button" href="/">
              Go to the overview
            </Link>
          }
        />
      </div>
    </Page>
  );
}
