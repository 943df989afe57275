import { groupByTask, type Example } from './examples';

/** What the API can be asked, by task. */
export const ExampleList = ({ examples, onChoose }: { examples: readonly Example[]; onChoose: (example: Example) => void }) => (
  <>
    {groupByTask(examples).map(({ task, title, examples: found }) => (
      <section key={task} aria-labelledby={`task-${task}`}>
        <h2 id={`task-${task}`} className="px-3 pt-3 pb-1 text-small font-medium text-fg-3">
          {title}
        </h2>
        <ul>
          {found.map((example) => (
            <li key={example.title}>
              <button
                type="button"
                className="block w-full px-3 py-1.5 text-left hover:bg-hover coarse:min-h-11"
                onClick={() => onChoose(example)}
              >
                <span className="block font-medium">{example.title}</span>
                <span className="line-clamp-2 text-small text-fg-3">{example.about}</span>
              </button>
            </li>
          ))}
        </ul>
      </section>
    ))}
  </>
);
