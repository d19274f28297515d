import { useEffect, useState } from 'preact/hooks';

/** Pause after which a change is read out: every key changes the number of movies. */
const PAUSE_MS = 700;

/** For screen readers: a text that is read out once it stands still. */
export function Announcement({ text }: { readonly text: string }) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSaid(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p className="unseen" role="status">
      {said}
    </p>
  );
}
