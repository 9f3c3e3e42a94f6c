// Everything here improves a page that already works without it. Each behaviour starts where its attribute stands.
import { Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink, createAll } from 'govuk-frontend'
import { forgetForms, startAutosave } from './autosave.js'
import { startBasket } from './basket.js'
import { startLive } from './live.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink]) {
  createAll(component)
}
document.querySelectorAll('[data-basket]').forEach(startBasket)
document.querySelectorAll('form[data-autosave-url]').forEach(startAutosave)
document.querySelectorAll('form[data-forget-forms]').forEach((form) => form.addEventListener('submit', forgetForms))
const live = [...document.querySelectorAll('[data-live-topic]')]
if (live.length) startLive(live)
