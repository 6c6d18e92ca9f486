import { labels } from '../labels.ts';
import { CodeBox } from './code-box.tsx';
import { Message } from './message.tsx';
import { ScanPicture } from './pictures.tsx';

export function Welcome({ enter }: { enter: (text: string) => void }) {
  return (
    <Message picture={<ScanPicture />} heading={labels.welcome.heading} text={labels.welcome.text}>
      <ol class="steps">
        {labels.welcome.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <CodeBox enter={enter} />
    </Message>
  );
}
