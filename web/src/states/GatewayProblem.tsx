import { useEffect, useState } from 'preact/hooks';
import { setCredential } from '../gateway/credential';
import type { Problem } from '../gateway/problem';
import { number, words } from '../words';

interface Props {
  readonly problem: Problem;
  /** Whether the answer before stays on show. */
  readonly kept?: boolean;
  readonly onRetry: () => void;
}

/** What is wrong, and what happens next: most problems go by themselves. */
export function GatewayProblem({ problem, kept = false, onRetry }: Props) {
  switch (problem.kind) {
    case 'credential':
      return <Credential message={problem.message} onRetry={onRetry} />;
    case 'dead-link':
      // The address is changed in the same moment.
      return null;
    case 'failed':
      return (
        <div className="problem" role="alert" data-problem="failed">
          <h2>{words.failed}</h2>
          <p>{problem.message}</p>
          <button type="button" onClick={onRetry}>
            {words.again}
          </button>
        </div>
      );
    default:
      return (
        <div className="problem" role="alert" data-problem={problem.kind}>
          <p>
            {words[problem.kind]} {kept && words.offlineOld} {problem.kind !== 'limited' && words.retrying}
          </p>
          {problem.kind === 'limited' && problem.retryAt !== undefined && <Countdown until={problem.retryAt} />}
          <button type="button" onClick={onRetry}>
            {words.now}
          </button>
        </div>
      );
  }
}

/** Seconds until the next try; not read out, since an alert tells of the problem already. */
function Countdown({ until }: { readonly until: number }) {
  const [seconds, setSeconds] = useState(() => secondsTo(until));
  useEffect(() => {
    setSeconds(secondsTo(until));
    const timer = setInterval(() => setSeconds(secondsTo(until)), 250);
    return () => clearInterval(timer);
  }, [until]);
  return <p aria-live="off">{words.inSeconds(number(seconds))}</p>;
}

const secondsTo = (moment: number): number => Math.max(0, Math.ceil((moment - Date.now()) / 1_000));

function Credential({ message, onRetry }: { readonly message: string; readonly onRetry: () => void }) {
  const [key, setKey] = useState('');
  return (
    <form
      className="problem"
      data-problem="credential"
      onSubmit={(event) => {
        event.preventDefault();
        setCredential(key);
        onRetry();
      }}
    >
      <h2>{words.credentialTitle}</h2>
      <p>{words.credentialHint}</p>
      <p className="count" role="alert">
        {message}
      </p>
      <label>
        {words.key}{' '}
        <input type="password" autocomplete="off" value={key} onInput={(event) => setKey(event.currentTarget.value)} />
      </label>
      <button type="submit">{words.enterKey}</button>
    </form>
  );
}
