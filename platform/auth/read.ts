/** Who read what, as the router tells the read audit: ids and names of fields, never what somebody wrote. */
export type Read = {
  userId: string;
  /** The API token that it was asked with. */
  tokenId: string | null;
  /** The operation's name, which its caller gave. */
  operation: string | null;
  /** Root fields, each once, in alphabetical order. */
  fields: string[];
  /** Ids among the arguments of the root fields, and of what a root field gave if that is one thing: each once, sorted. */
  subjectIds: string[];
};
