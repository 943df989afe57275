-- What the shop sells, where it lies and who delivers it.
create schema inventory;
comment on schema inventory is 'Products, stock, suppliers and purchasing';

create type inventory.dimensions as (length_cm numeric(7, 1), width_cm numeric(7, 1), height_cm numeric(7, 1));
comment on type inventory.dimensions is 'The packed size';
create type inventory.movement_kind as enum ('receipt', 'sale', 'return', 'correction', 'transfer');
create domain inventory.sku as varchar(20) check (value ~ '^[A-Z]{3}-[0-9]{4}(-[A-Z0-9]{1,3})?$');
comment on domain inventory.sku is 'Stock-keeping unit: ABC-1234-XL';
create domain inventory.positive_amount as numeric(12, 2) check (value >= 0);

create table inventory.categories (
  category_id integer generated always as identity primary key,
  parent_id integer references inventory.categories,
  name text not null,
  slug text not null unique,
  position smallint not null default 0
);
comment on table inventory.categories is 'The tree that customers browse';

create table inventory.brands (
  brand_id integer generated always as identity primary key,
  name text not null unique,
  website text
);
comment on table inventory.brands is 'Makers as customers know them';

create table inventory.products (
  product_id bigint generated always as identity primary key,
  sku inventory.sku not null unique,
  brand_id integer not null references inventory.brands,
  category_id integer not null references inventory.categories,
  title text not null,
  description text,
  list_price inventory.positive_amount not null,
  tax_percent numeric(4, 2) not null default 19.00,
  price_with_tax numeric(12, 2) generated always as (list_price * (1 + tax_percent / 100)) stored,
  packed_size inventory.dimensions,
  weight_g integer check (weight_g > 0),
  attributes jsonb not null default '{}',
  keywords text[] not null default '{}',
  search_text tsvector generated always as (to_tsvector('simple', title || ' ' || coalesce(description, ''))) stored,
  minimum_age smallint,
  released_on date,
  discontinued_on date,
  check (discontinued_on is null or discontinued_on >= released_on)
);
comment on table inventory.products is 'What can be ordered, apart from size and colour';
comment on column inventory.products.list_price is 'In euro, without tax';
comment on column inventory.products.packed_size is 'Null for downloads';
comment on column inventory.products.attributes is 'What differs by category: {"material": "wool", "watts": 40}';
create index products_category_id_idx on inventory.products (category_id);
create index products_search_idx on inventory.products using gin (search_text);
create index products_attributes_idx on inventory.products using gin (attributes);

create table inventory.product_variants (
  variant_id bigint generated always as identity primary key,
  product_id bigint not null references inventory.products on delete cascade,
  sku inventory.sku not null unique,
  size text,
  colour text,
  price_difference numeric(8, 2) not null default 0,
  ean13 char(13),
  unique nulls not distinct (product_id, size, colour)
);
comment on table inventory.product_variants is 'A product in one size and colour: what lies on a shelf';
comment on column inventory.product_variants.price_difference is 'Added to the list price of the product';

create table inventory.suppliers (
  supplier_id integer generated always as identity primary key,
  name text not null,
  vat_number varchar(14) unique,
  contact_name text,
  contact_email text,
  contact_phone text,
  iban varchar(34),
  payment_days smallint not null default 30,
  rating numeric(2, 1) check (rating between 0 and 5)
);
comment on table inventory.suppliers is 'Who delivers to the shop';
comment on column inventory.suppliers.contact_name is 'A person at the supplier';
comment on column inventory.suppliers.iban is 'Where invoices are paid to';

create table inventory.supplier_products (
  supplier_id integer not null references inventory.suppliers,
  product_id bigint not null references inventory.products,
  supplier_sku text not null,
  purchase_price inventory.positive_amount not null,
  delivery_days int4range,
  primary key (supplier_id, product_id)
);
comment on table inventory.supplier_products is 'What a supplier offers and for how much';
comment on column inventory.supplier_products.delivery_days is 'Working days from order to arrival: [3,6)';

create table inventory.warehouses (
  warehouse_id smallint primary key,
  code char(3) not null unique,
  name text not null,
  position point,
  opening_hours int4multirange
);
comment on table inventory.warehouses is 'Places where goods lie';
comment on column inventory.warehouses.position is 'Longitude and latitude';

create table inventory.stock_levels (
  warehouse_id smallint not null references inventory.warehouses,
  variant_id bigint not null references inventory.product_variants,
  on_hand integer not null default 0,
  reserved integer not null default 0,
  available integer generated always as (on_hand - reserved) stored,
  counted_on date,
  primary key (warehouse_id, variant_id),
  check (reserved <= on_hand)
);
comment on table inventory.stock_levels is 'How many pieces lie where';
comment on column inventory.stock_levels.reserved is 'Ordered but not yet packed';

create table inventory.stock_movements (
  movement_id bigint generated always as identity primary key,
  warehouse_id smallint not null,
  variant_id bigint not null,
  kind inventory.movement_kind not null,
  quantity integer not null check (quantity <> 0),
  moved_at timestamptz not null,
  note text,
  constraint stock_movements_level_fkey foreign key (warehouse_id, variant_id) references inventory.stock_levels
);
comment on table inventory.stock_movements is 'Why a stock level changed';
create index stock_movements_moved_at_idx on inventory.stock_movements using brin (moved_at);

create table inventory.purchase_orders (
  purchase_order_id bigint generated always as identity primary key,
  supplier_id integer not null references inventory.suppliers,
  ordered_on date not null,
  expected_on date,
  received_on date,
  check (expected_on >= ordered_on)
);
comment on table inventory.purchase_orders is 'What the shop has ordered at suppliers';

create table inventory.purchase_order_lines (
  purchase_order_id bigint not null references inventory.purchase_orders on delete cascade,
  line_number smallint not null,
  product_id bigint not null references inventory.products,
  quantity integer not null check (quantity > 0),
  unit_price inventory.positive_amount not null,
  primary key (purchase_order_id, line_number)
);
comment on table inventory.purchase_order_lines is 'Lines of a purchase order';

-- Trouble: left from the system before this one; nobody says what it is, and one view still reads it.
create table inventory.legacy_item_master (
  itm_no integer not null,
  itm_dsc varchar(60),
  f1 text,
  f2 text,
  upd_by varchar(8)
);
