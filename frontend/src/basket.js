// The money chosen in a budget ballot, kept current while one ticks. Without it the server says the same on sending.
// [data-basket][data-budget][data-currency] around checkboxes with data-cost; amounts in minor units.
export function startBasket (basket) {
  const chosen = basket.querySelector('[data-basket-chosen]')
  const over = basket.querySelector('[data-basket-over]')
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency: basket.dataset.currency, trailingZeroDisplay: 'stripIfInteger' })
  const minorUnits = 10 ** format.resolvedOptions().maximumFractionDigits
  const update = () => {
    const sum = [...basket.querySelectorAll('[data-cost]:checked')].reduce((total, box) => total + Number(box.dataset.cost), 0)
    chosen.textContent = format.format(sum / minorUnits)
    over.hidden = sum <= Number(basket.dataset.budget)
  }
  basket.addEventListener('change', update)
  // A browser that restores ticks after "back" does so without an event.
  window.addEventListener('pageshow', update)
}
