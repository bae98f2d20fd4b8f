// Before the first paint, so that a chosen theme does not flash.

// React Aria adds a style of its own unless there is one of this name: it is in base.css.
const there = document.createElement('meta');
there.id = 'react-aria-pressable-style';
document.head.append(there);

try {
  const theme = localStorage.getItem('zeroline.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden: then the system's theme holds.
}
