/** Names of columns as public schemas have them, by what they hold. Behind a colon: the data type, where it matters. */

const named = (text: string): string[] => text.trim().split(/\s+/);

/** By label. */
export const PERSONAL: Readonly<Record<string, string[]>> = {
  EMAIL:
    named(`email emailAddress EMAIL_ADDR e_mail eMail EMail e-mail user_email author_email author_email_address customer_email contact_email
    billing_email public_email commit_email notification_email unconfirmed_email email_normalized comment_author_email billing_email_address
    EmailAddress email1 secondary_email emails:text[] from_email to_email correo correo_electronico adresse_mail bcc_emails:text[] work_email paypal_email
    emailaddress1 mail customer_email_hash recipient_email email_from email_cc invited_email new_email correoElectronico`),
  PHONE:
    named(`phone customerPhoneNo phone_number PhoneNumber phoneNumber telephone tel telefon telefonnummer mobile mobile_phone mobilePhone
    cell_phone home_phone HomePhone work_phone phone_home fax Fax faxNumber contact_number msisdn shipping_phone billing_phone phone2 telefono celular
    handynummer tel_no phone:bigint emergency_phone PHONE_NO day_phone whatsapp_number`),
  PERSON_NAME:
    named(`first_name last_name FirstName LastName MiddleName middle_name firstname lastname surname given_name family_name full_name fullName
    contact_name ContactName customer_name employee_name patient_name maiden_name vorname nachname prenom apellido primer_apellido apellidos
    billing_first_name shipping_last_name author_name sender_name recipient_name name_on_card cardholder_name account_holder fname lname
    customer_firstname guest_name contact_first_name nom_de_famille real_name`),
  BIRTH_DATE:
    named(`birth_date birthdate BirthDate date_of_birth dateOfBirth dob DOB customer_dob birthday birthday_date geburtsdatum date_naissance
    fecha_nacimiento year_of_birth birth_year:integer born_on patient_dob DATE_OF_BIRTH customerDob`),
  NATIONAL_ID:
    named(`ssn SSN ssn_last4 social_security_number national_id NationalIDNumber nationalId national_insurance_number personal_code
    identity_card_number cpf curp dni aadhaar_number pesel bsn personnummer employee_ssn id_card_no sozialversicherungsnummer`),
  TAX_ID:
    named(`tax_id tax_number taxpayer_id vat_number vat_id taxvat customer_taxvat tax_identification_number steuernummer ust_id itin gstin cnpj
    company_vat_number TaxID`),
  PASSPORT: named('passport passport_number passportNo passport_no PassportNumber passport_id reisepassnummer pasaporte'),
  DRIVER_LICENCE: named(
    'driver_license drivers_license_number driver_licence_no driving_licence DriverLicenseNumber dl_number fuehrerscheinnummer',
  ),
  ADDRESS:
    named(`address address1 address_line_1 AddressLine1 AddressLine2 addressline2 street street_address streetName billing_address shipping_address
    home_address ShipAddress BillingAddress mailing_address addr addr1 house_number housenumber street2 strasse hausnummer adresse direccion
    calle customer_address po_box ship_street delivery_address billing_address_1`),
  POSTAL_CODE: named(
    'postal_code PostalCode postcode zip zip_code zipcode ZIP ShipPostalCode plz code_postal codigo_postal billing_postcode shipping_zip zip:integer',
  ),
  CITY: named('city City ShipCity BillingCity billing_city city_name town ville ciudad wohnort home_city'),
  GEO_LOCATION: named(
    'latitude longitude lat:numeric lng:numeric lon:numeric home_lat home_lon gps_location geo_location:point coordinates geoLat geo_point lat_lng SpatialLatitude',
  ),
  IP_ADDRESS:
    named(`ip ip_address ip_addr clientIP client_ip current_sign_in_ip:inet last_sign_in_ip remote_ip comment_author_IP registration_ip_address ipaddr
    author_ip user_ip last_ip_addr remote_addr ipv4 ipAddress x_forwarded_for IP_ADDRESS:inet creation_address:inet posted_ip`),
  MAC_ADDRESS: named('mac_address macAddr mac_addr bssid wifi_mac macaddress MAC_ADDRESS:macaddr'),
  DEVICE_ID: named(
    'imei imsi idfa advertising_id android_id udid device_uuid:uuid device_token push_token device_fingerprint device_id:text',
  ),
  USERNAME: named(`username user_name userName UserName login user_login login_name screen_name nickname user_nicename skype twitter_handle
    username_lower benutzername github_login`),
  PASSWORD:
    named(`password passwd pwd pwd_hash password_hash password_digest encrypted_password PasswordHash PasswordSalt password_salt user_pass
    db_password hashed_password passphrase passwort mot_de_passe contrasena contraseña admin_password smtp_password otp_backup_codes pass_crypt pass_salt rp_password bcrypt_password_hash`),
  TOKEN:
    named(`token access_token refresh_token reset_password_token confirmation_token authToken api_token private_token incoming_email_token feed_token
    session_token oauth_token remember_token token_digest unlock_token user_activation_key invitation_token runners_token token_encrypted jwt`),
  SECRET_KEY:
    named(`secret client_secret secret_key api_key apiKey private_key otp_secret encrypted_otp_secret encryption_key webhook_secret aws_secret_access_key
    signing_key app_secret ssh_key hmac_key consumer_secret access_key`),
  COOKIE: named('cookie session_cookie cookies session_id:text'),
  USER_AGENT: named('user_agent userAgent http_user_agent'),
  CARD_NUMBER: named(
    'card_number cardNumber CardNumber credit_card_number credit_card cc_number creditCardNo cc_number_enc card_no kreditkartennummer',
  ),
  CARD_SECURITY_CODE: named('cvv cvv2 cvc card_security_code cc_cid_enc security_code cardCvv'),
  CARD_EXPIRY: named('card_expiry cc_exp_month cc_exp_year ExpMonth:smallint ExpYear:smallint card_expiration_date exp_month'),
  IBAN: named('iban IBAN iban_number customer_iban ibanCode'),
  BANK_ACCOUNT: named(
    'bank_account bank_account_number routing_number sort_code bic swift_code acc_number account_number kontonummer blz bank_code ifsc_code',
  ),
  HEALTH: named(
    'diagnosis blood_type bloodGroup medical_record_number mrn allergies medication disability icd10_code health_insurance_number prescription patient_diagnosis',
  ),
  ETHNICITY: named('ethnicity ethnic_group ethnic_origin race patient_race'),
  RELIGION: named('religion religious_affiliation konfession'),
  POLITICAL_OPINION: named('political_party party_affiliation political_opinion political_views'),
  SEXUAL_ORIENTATION: named('sexual_orientation'),
  UNION_MEMBERSHIP: named('union_membership trade_union'),
  SALARY: named(
    'salary base_salary annual_income YearlyIncome:money hourly_wage gehalt Salary:numeric salary_amount sueldo monthly_salary salary_min:integer pay_rate',
  ),
  GENDER: named('gender sex Gender geschlecht anrede customer_gender salutation gender:smallint'),
  AGE: named('age:integer patient_age age_years:integer age_group'),
  MARITAL_STATUS: named('marital_status MaritalStatus familienstand civil_status'),
  NATIONALITY: named('nationality citizenship staatsangehoerigkeit'),
  BIOMETRIC: named('biometric_template face_encoding fingerprint_template iris_scan voice_print'),
  PHOTO: named('avatar avatar_url photo profile_picture user_avatar photo_url profile_image_url EmployeePhoto'),
  VEHICLE: named('vin license_plate licensePlate number_plate kennzeichen vehicle_registration_number plate_number'),
  SIGNATURE: named('customer_signature signature_image employee_signature unterschrift'),
};

/** What speaks for no label. */
export const NOT_PERSONAL: readonly string[] = named(`
  id ID uuid guid name title description summary body content text html subject status state type kind category
  created_at updated_at deleted_at created_by updated_by modified_date ModifiedDate rowguid version lock_version position sort_order priority weight
  email_template_id email_sent_at email_verified:boolean email_verified_at email_confirmed:boolean email_count email_subject email_body email_template email_type
  email_enabled:boolean has_email is_email_public:boolean email_opt_in:boolean email_digests:boolean email_level email_private_messages:boolean email_reject_text
  email_log_id email_queue_id mailing_list_id mailing_id mail_template_id mail_server_id mail_message_id mailing_trace_ids mailer mailer_name last_emailed_at
  send_email:boolean sends_email:boolean receive_emails:boolean allow_email num_emails total_emails:integer email_token_id email_domain_blocklist email_on_push:boolean
  enable_email_notification emails_disabled:boolean max_emails_per_day verify_email:boolean email_regexp email_format no_email
  phoneme phonetics phone_verified:boolean phone_type phone_model phone_country_code phone_id has_phone phone_count phone_verified_at PhoneNumberTypeID
  headphones microphone saxophone xylophone smartphone_app telephony_provider phone_number_id phonebook_id
  shipping shipping_method shipping_amount shipping_cost ship_via ShipVia ShippedDate ship_date shipping_id shipped_at shipment_id membership_id
  relationship ownership leadership scholarship championship tip tips zip_file zip_path zipped zip_url gzip:boolean
  ip_version ip_count ip_range_id is_ip_banned description_ip_count skip_ip script recipe tipo equipment clip chip_count strip_tags trip_id
  city_id city_count capacity capacity_id velocity electricity simplicity ethnicity_id publicity city_population
  address_id address_type AddressTypeID AddressID billing_address_id shipping_address_id customer_address_id address_book_id ip_address_id addressed_at addressable_type
  addressable_id web_address wallet_address contract_address memory_address base_address site_address address_count address_verified:boolean has_address:boolean
  street_view:boolean streetlight street_id house_type housekeeping
  file_name table_name product_name ProductName project_name display_order column_name class_name group_name role_name database_name schema_name event_name host_name
  hostname domain_name company_name CompanyName category_name CategoryName country_name bank_name store_name brand_name tag_name branch_name app_name
  first_name_changed_at last_name_changed:boolean name_length full_name_format first_name_count repository_full_name short_name long_name alias_name
  username_changed_at user_name_count username_min_length user_id user_type user_count user_status user_role user_group_id users_count login_count last_login last_login_at
  login_attempts:integer failed_logins:integer logins_count login_enabled:boolean last_login_id login_url
  password_reset_url password_expires_at password_changed_at:timestamp password_format password_reset_at password_min_length:integer password_automatically_set:boolean
  require_password:boolean password_policy_id forgot_password_count password_reset_required reset_password_sent_at:timestamp has_password:boolean passed_at pass_rate pass_count passenger_count compass
  token_count tokenizer token_type token_expires_at token_id max_tokens:integer input_tokens:integer output_tokens:integer prompt_tokens next_page_token page_token total_tokens
  tokens_used num_tokens tokenized_at token_scopes token_ttl token_limit
  secretary secret_santa_id secret_type secret_count is_secret:boolean secretariat has_secret
  key primary_key foreign_key cache_key sort_key partition_key public_key key_name key_id keyboard keyword keywords idempotency_key storage_key object_key api_key_id api_key_count
  card_number_of_players card_type CardType card_id card_count scorecard gift_card_number library_card_number card_color cardinality discard_reason credit_card_id CreditCardID
  credit_limit credit_score credit_card_type cc_type cc_exp_id accepts_credit_card:boolean
  account_id account_type account_status accounting_date account_count bank_id bank_name_id bank_holiday account_manager_id
  agent agency age_rating page pages page_count language languages_spoken message messages image images storage usage average coverage voltage mileage package_id
  max_age:integer min_age:integer cache_age cookie_consent:boolean cookie_policy_url cookie_consent_at manager_id stage percentage garage
  gender_neutral:boolean gender_id sexy product_gender sexagesimal
  date date_id start_date end_date order_date OrderDate HireDate due_date birth_certificate_id birthplace_id birthday_party_id DateFirstPurchase valid_until expiry_date
  tax_rate tax_amount tax_class_id tax_code tax_id:uuid tax_id:integer vat_rate vat_amount tax_exempt:boolean taxes total_tax
  state_province StateProvinceID region country country_code territory TerritoryID continent timezone locale currency_code
  latency latest latest_version lateral plate_count template plates flatrate translation relation longest along longname long_description length
  photo_count photo_id photos_count avatar_id:integer product_photo ProductPhotoID ThumbNailPhoto LargePhoto photograph_id photocopier
  signature_algorithm gpg_signature webhook_signature method_signature signature_required:boolean
  race_id:integer race_date trace racecar bracelet embrace interface surface_area racetrack_id
  health_check_url health_status healthy:boolean diagnosis_id:uuid diagnostics_enabled disease_id prescription_count
  device_id:integer device_type device_name device_count device_model session_count session_started_at session_length sessions
  macro machine_id mac_version macaroon hmac_algorithm mac_os:boolean
  vinyl vintage vine provincia vineyard_id vin_count
  plan plan_id panel japan span_id expander company company_id compensation_id payment_id payment_method pay_period PayFrequency
  is_current:boolean sales_amount salesperson_id SalesOrderID SalesPersonID salary_grade_id salary_review_date income_account_id
  partition party_id party_size political_map_id religion_id union_id union_all reunion_date
  user_agent_id agent_id useragent_count
  url uri href link slug permalink path filename extension mime_type content_type size height width color Color
  quantity price unit_price UnitPrice UnitsInStock discount total subtotal amount balance rate currency cost ReorderLevel
  comment comments note notes remark post_content post_title post_status post_type comment_count meta_key meta_value option_name option_value
  visible:boolean active:boolean enabled:boolean is_default:boolean archived:boolean published:boolean deleted:boolean
  changeset_id tile redacted node_id way_id relation_id sequence_id tag_count score rating up_score down_score fav_count file_ext file_size md5 source
  data_type nativetype ordinal nullable default_value definition payload metadata settings config options attributes params arguments
  pincushion spin pinned_at pin_color opinion shopping spinner cellar cell cellular_automaton_id mobile_app_id mobility automobile_id mobile_enabled:boolean
  sinus sine tinted tin_foil einstein binary iban_count ibanez bicycle biceps swift_version cubic_meters bicolor
  residence_time president_id dna_kit_id ideology_id identity_id identifier_type identification_scheme
  imei_count advertising_budget push_enabled:boolean udid_count
`);
