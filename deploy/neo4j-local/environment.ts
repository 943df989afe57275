/** What Java and Maven get to know of the environment. They are others' programs: PurSight's keys and passwords are none of theirs. */

export type Environment = Readonly<Record<string, string | undefined>>;

const NAMES = new Set(
  `PATH HOME USER LOGNAME SHELL TMPDIR LANG TZ M2_HOME _JAVA_OPTIONS HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY
   TEMP TMP SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT USERPROFILE APPDATA LOCALAPPDATA PROGRAMDATA`.split(/\s+/),
);
/** Somebody whose `settings.xml` reads what a mirror is to be told from the environment has names like these for it. */
const BEGINNINGS = ['JAVA_', 'JDK_', 'MAVEN_', 'XDG_', 'LC_'];

/** Of it what those programs need: where things are, the language, and how to get out. */
export function forOthers(environment: Environment): NodeJS.ProcessEnv {
  const isTold = (name: string): boolean => NAMES.has(name) || BEGINNINGS.some((beginning) => name.startsWith(beginning));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => isTold(name.toUpperCase()))) as NodeJS.ProcessEnv;
}
