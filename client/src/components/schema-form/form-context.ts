import { createContext, useContext } from 'react';

/** What each field of a form asks for. */
type Form = {
  errorAt: (path: string) => string | undefined;
  onBlur: (path: string) => void;
  isSecret: (path: string) => boolean;
  /** The API keeps a secret that is not given anew. */
  kept: boolean;
  suggestions: Readonly<Record<string, readonly string[]>>;
};

export const FormContext = createContext<Form>({
  errorAt: () => undefined,
  onBlur: () => {},
  isSecret: () => false,
  kept: false,
  suggestions: {},
});
export const useForm = (): Form => useContext(FormContext);
