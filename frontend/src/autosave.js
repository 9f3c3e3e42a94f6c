// Keeps a started form: in this browser at once, and as a draft on the server a moment after the last key.
// form[data-autosave-url] posts its fields there. data-autosave-for: whose text it is; nobody else's browser window restores it,
// and signing out (form[data-forget-forms]) takes it off a shared computer. data-autosave-at: when the server's fields were
// written, in seconds since 1970; what lies here is only restored if it is newer.
// data-autosave-saved / data-autosave-offline: the two sentences, with %s for the time. Passwords, files and tokens are never kept.
const WAIT = 2000
const KEPT = 'viche:form:'

export function forgetForms () {
  try { Object.keys(localStorage).filter((key) => key.startsWith(KEPT)).forEach((key) => localStorage.removeItem(key)) } catch { /* nothing was kept */ }
}

export function startAutosave (form) {
  const key = `${KEPT}${form.dataset.autosaveFor}:${location.pathname}`
  const words = { saved: form.dataset.autosaveSaved || '✓ %s', offline: form.dataset.autosaveOffline || '… %s' }
  const said = form.querySelector('[data-autosave-said]') || form.insertBefore(Object.assign(document.createElement('p'), { className: 'viche-saved' }), form.firstChild)
  said.setAttribute('role', 'status')
  let timer = 0
  let sending = null
  let keys = 0

  const kept = () => [...form.elements].filter((field) => field.name && !/^(csrfmiddlewaretoken|request_id)$/.test(field.name) && !/^(password|file|hidden|submit|button)$/.test(field.type))
  const remember = () => {
    const values = kept().map((field) => [field.name, field.value, 'checked' in field && /^(checkbox|radio)$/.test(field.type) ? field.checked : null])
    try { localStorage.setItem(key, JSON.stringify({ values, at: Date.now() })) } catch { /* full or forbidden: the server still has it */ }
  }
  const forget = () => { try { localStorage.removeItem(key) } catch { /* nothing was kept */ } }
  const restore = () => {
    let stored
    try { stored = JSON.parse(localStorage.getItem(key)) } catch { return }
    if (!stored) return
    // A draft saved from another device, or what this form was sent with a moment ago.
    if (stored.at < Number(form.dataset.autosaveAt) * 1000) return forget()
    for (const [name, value, checked] of stored.values) {
      const field = kept().find((one) => one.name === name && (checked === null || one.value === value))
      if (!field) continue
      if (checked === null) field.value = value
      else field.checked = checked
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }
  }
  const say = (sentence) => { said.textContent = sentence.replace('%s', new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: 'short' }).format(new Date())) }
  const send = async () => {
    if (sending) sending.abort()
    sending = new AbortController()
    const sent = keys
    try {
      const answer = await fetch(form.dataset.autosaveUrl, { method: 'POST', body: new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === 'string')), headers: { 'X-Requested-With': 'fetch' }, signal: sending.signal })
      // What has reached the server need not lie on a computer that others may use.
      if (answer.ok && sent === keys) forget()
      say(answer.ok ? words.saved : words.offline)
    } catch (problem) {
      if (problem.name !== 'AbortError') say(words.offline)
    }
  }

  restore()
  form.addEventListener('input', () => {
    keys += 1
    remember()
    clearTimeout(timer)
    if (form.dataset.autosaveUrl) timer = setTimeout(send, WAIT)
  })
  window.addEventListener('online', () => { if (form.dataset.autosaveUrl && localStorage.getItem(key)) send() })
  form.addEventListener('submit', () => {
    clearTimeout(timer)
    // Sent without a connection it would be lost: then it stays here.
    if (navigator.onLine) forget()
  })
}
