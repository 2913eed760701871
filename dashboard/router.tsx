import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { parseSearch, stringifySearch } from './data/filters.ts'
import { pages } from './pages.tsx'
import { NotFound, PageFailed, PageLoading } from './parts/fallbacks.tsx'
import { SignedIn } from './parts/signed-in.tsx'

/** The routes are the list of pages, one level deep below the shell. */
export function createPagesRouter() {
  const root = createRootRoute({ component: SignedIn, notFoundComponent: NotFound })
  const routes = pages.map((page) =>
    createRoute({
      getParentRoute: () => root,
      path: page.path,
      component: lazyRouteComponent(page.load),
    }),
  )
  return createRouter({
    routeTree: root.addChildren(routes),
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultPendingComponent: PageLoading,
    defaultErrorComponent: PageFailed,
    scrollRestoration: true,
  })
}
