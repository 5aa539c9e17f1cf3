// Sets the theme before the first paint. A file of its own: the content security policy allows no inline script.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem('theme');
    } catch {
      // Storage is blocked: the system's theme applies.
    }
    const theme = chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light';
    document.documentElement.dataset.theme = theme;
  };
  system.addEventListener('change', apply);
  addEventListener('theme-choice', apply);
  addEventListener('storage', apply);
  apply();
})();
