/** What a column can be. A new label is one line here; its name is its id, so it never changes. */

export type Label = { id: string; name: string; category: string; description: string };

const IN_CATEGORIES: Record<string, Record<string, string>> = {
  CONTACT: {
    EMAIL: 'An e-mail address of a person.',
    PHONE: 'A telephone, mobile or fax number.',
    ADDRESS: 'A postal address, or a line of one: street, house number.',
    POSTAL_CODE: 'A postal code of an address.',
    CITY: 'The town or city of an address.',
  },
  PERSON: {
    PERSON_NAME: 'The name of a person, or a part of it.',
    BIRTH_DATE: 'When a person was born.',
    AGE: 'How old a person is.',
    GENDER: "A person's gender or sex, also as a form of address.",
    NATIONALITY: 'Which country a person is a citizen of.',
    MARITAL_STATUS: 'Whether a person is single, married, divorced or widowed.',
    SIGNATURE: 'The signature of a person.',
    PHOTO: 'A picture of a person.',
  },
  SPECIAL: {
    HEALTH: 'Health: diagnoses, medication, disabilities, numbers of patients (GDPR article 9).',
    ETHNICITY: 'Racial or ethnic origin (GDPR article 9).',
    RELIGION: 'Religious or philosophical belief (GDPR article 9).',
    POLITICAL_OPINION: 'Political opinion, party membership (GDPR article 9).',
    SEXUAL_ORIENTATION: 'Sex life or sexual orientation (GDPR article 9).',
    UNION_MEMBERSHIP: 'Membership of a trade union (GDPR article 9).',
    BIOMETRIC: 'Finger prints, faces, voices and genes that identify a person (GDPR article 9).',
  },
  GOVERNMENT: {
    NATIONAL_ID: "A person's number at a state: social security, identity card, personal code.",
    TAX_ID: 'A number at a tax office, value added tax included.',
    PASSPORT: 'The number of a passport.',
    DRIVER_LICENCE: 'The number of a driving licence.',
    VEHICLE: 'A number plate, or the identification number of a vehicle.',
  },
  FINANCE: {
    CARD_NUMBER: 'The number of a payment card.',
    CARD_SECURITY_CODE: 'The security code of a payment card; it must not be kept.',
    CARD_EXPIRY: 'Until when a payment card is valid.',
    IBAN: 'An international bank account number.',
    BANK_ACCOUNT: 'A number of a bank account or of its bank, in any other form.',
    SALARY: 'What a person earns.',
  },
  ONLINE: {
    IP_ADDRESS: 'An internet address of a client.',
    MAC_ADDRESS: 'A hardware address of a network device.',
    DEVICE_ID: "The identifier of a person's device: IMEI, advertising id, push token.",
    USERNAME: 'The name under which a person signs in, or is known at a social network.',
    COOKIE: 'A cookie, or what a session is known by in a browser.',
    USER_AGENT: 'What a browser tells of itself and of its device.',
    GEO_LOCATION: 'Where somebody or something is: latitude, longitude, a point.',
  },
  CREDENTIAL: {
    PASSWORD: 'A password, its hash, or a code in its place.',
    TOKEN: 'A token that gives access: of an API, of a session, for a reset.',
    SECRET_KEY: 'A private key, a shared secret, or what signatures are made with.',
  },
  PROTECTION: {
    MASKED: 'The values are masked or pseudonymous already. Only people set it.',
  },
};

/** By name. */
export const LABELS: readonly Label[] = Object.entries(IN_CATEGORIES)
  .flatMap(([category, labels]) => Object.entries(labels).map(([name, description]) => ({ id: name, name, category, description })))
  .toSorted((a, b) => (a.name < b.name ? -1 : 1));

const BY_NAME = new Map(LABELS.map((label) => [label.name, label]));

export const findLabel = (name: string): Label | undefined => BY_NAME.get(name);
