-- Orders and everything between the basket and the doorstep.
create schema sales;
comment on schema sales is 'Baskets, orders, coupons, parcels and returns';

create type sales.order_state as enum ('placed', 'paid', 'shipped', 'delivered', 'cancelled', 'returned');
comment on type sales.order_state is 'The life of an order';
create type sales.money as (amount numeric(12, 2), currency char(3));
create domain sales.percentage as numeric(5, 2) check (value between 0 and 100);

create table sales.channels (
  channel_id smallint primary key,
  name text not null unique,
  since date not null
);
comment on table sales.channels is 'Where an order comes from: web, app, telephone, market place';

create table sales.orders (
  order_id bigint generated always as identity,
  placed_at timestamptz not null,
  customer_id bigint not null references crm.customers,
  channel_id smallint not null references sales.channels,
  state sales.order_state not null default 'placed',
  delivery_address_id bigint references crm.addresses,
  shipping_fee sales.money,
  customer_note text,
  client_ip inet,
  primary key (order_id, placed_at)
) partition by range (placed_at);
comment on table sales.orders is 'An order as the customer placed it; one partition for each month';
comment on column sales.orders.placed_at is 'When the customer pressed the button; decides the partition';
comment on column sales.orders.shipping_fee is 'What the customer paid for shipping';
comment on column sales.orders.client_ip is 'Kept for 90 days for fraud checks';
create index orders_customer_id_idx on sales.orders (customer_id, placed_at desc);

do $$
declare first_day date;
begin
  for first_day in select generate_series(date '2025-01-01', date '2025-12-01', interval '1 month') loop
    execute format('create table sales.%I partition of sales.orders for values from (%L) to (%L)',
      'orders_' || to_char(first_day, 'YYYY_MM'), first_day || ' 00:00+00', (first_day + interval '1 month')::date || ' 00:00+00');
  end loop;
end $$;
create table sales.orders_other partition of sales.orders default;

create table sales.order_lines (
  order_id bigint not null,
  placed_at timestamptz not null,
  line_number smallint not null,
  variant_id bigint not null references inventory.product_variants,
  quantity integer not null check (quantity > 0),
  unit_price numeric(12, 2) not null,
  discount sales.percentage not null default 0,
  line_total numeric(14, 2) generated always as (round(quantity * unit_price * (1 - discount / 100), 2)) stored,
  primary key (order_id, placed_at, line_number),
  foreign key (order_id, placed_at) references sales.orders on delete cascade
);
comment on table sales.order_lines is 'What was ordered';
comment on column sales.order_lines.unit_price is 'Price at the moment of the order, without tax';
comment on column sales.order_lines.discount is 'In percent';
create index order_lines_variant_id_idx on sales.order_lines (variant_id);

create table sales.order_history (
  order_id bigint not null,
  placed_at timestamptz not null,
  changed_at timestamptz not null,
  state sales.order_state not null,
  changed_by text,
  primary key (order_id, placed_at, changed_at),
  foreign key (order_id, placed_at) references sales.orders on delete cascade
);
comment on table sales.order_history is 'Each state that an order went through';

create table sales.carts (
  cart_id uuid primary key,
  customer_id bigint references crm.customers on delete cascade,
  updated_at timestamptz not null,
  user_agent text,
  ip_address inet
);
comment on table sales.carts is 'Baskets that are not orders yet; emptied after 30 days';

create table sales.cart_items (
  cart_id uuid not null references sales.carts on delete cascade,
  variant_id bigint not null references inventory.product_variants,
  quantity smallint not null default 1,
  primary key (cart_id, variant_id)
);
comment on table sales.cart_items is 'What lies in a basket';

create table sales.coupons (
  code varchar(16) primary key,
  discount sales.percentage not null,
  valid_during tstzrange not null check (not isempty(valid_during)),
  only_for_tiers crm.loyalty_tier[],
  maximum_uses integer
);
comment on table sales.coupons is 'Codes that lower a price';
comment on column sales.coupons.only_for_tiers is 'Null: for everyone';

create table sales.coupon_redemptions (
  code varchar(16) not null references sales.coupons,
  order_id bigint not null,
  placed_at timestamptz not null,
  primary key (code, order_id),
  foreign key (order_id, placed_at) references sales.orders on delete cascade
);
comment on table sales.coupon_redemptions is 'Which order used which coupon';

create table sales.shipments (
  shipment_id bigint generated always as identity primary key,
  order_id bigint not null,
  placed_at timestamptz not null,
  warehouse_id smallint not null references inventory.warehouses,
  carrier text not null,
  tracking_number text unique,
  shipped_at timestamptz not null,
  delivered_at timestamptz,
  transit interval generated always as (delivered_at - shipped_at) stored,
  foreign key (order_id, placed_at) references sales.orders
);
comment on table sales.shipments is 'Parcels';
comment on column sales.shipments.transit is 'From the warehouse to the door';

create table sales.returns (
  return_id bigint generated always as identity primary key,
  order_id bigint not null,
  placed_at timestamptz not null,
  line_number smallint not null,
  quantity integer not null check (quantity > 0),
  reason text not null,
  received_at timestamptz,
  foreign key (order_id, placed_at, line_number) references sales.order_lines
);
comment on table sales.returns is 'What came back and why';

create table sales.product_reviews (
  product_id bigint not null references inventory.products on delete cascade,
  customer_id bigint not null references crm.customers on delete cascade,
  stars smallint not null check (stars between 1 and 5),
  body text,
  written_at timestamptz not null,
  primary key (product_id, customer_id)
);
comment on table sales.product_reviews is 'What customers say about products, public';

-- Trouble: a table somebody made for one afternoon.
create table sales.temp2 (
  a text,
  b text,
  c numeric,
  "select" text
);
