// useWindowSize: how large the window is, followed while it matters.
'use client';

import { useEffect, useState } from 'react';

/** In CSS pixels; zero until asked for. */
export function useWindowSize(wanted: boolean): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!wanted) return;
    const measure = () => { setSize({ width: document.documentElement.clientWidth, height: window.innerHeight }); };
    measure();
    window.addEventListener('resize', measure);
    return () => { window.removeEventListener('resize', measure); };
  }, [wanted]);
  return size;
}
