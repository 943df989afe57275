-- A few thousand made-up rows, the same at each load: the seed is fixed and no value depends on today. No name, number or address is anybody's.
select setseed(0.2025);

create function pg_temp.pick(choices text[], at bigint) returns text language sql immutable
  as $$ select choices[1 + at % cardinality(choices)] $$;

insert into crm.customers (customer_number, given_name, family_name, email, phone, birth_date, national_id, tier, preferred_channels, preferences, signup_ip, created_at)
select 'C-' || lpad(i::text, 6, '0'), given, family, lower(given || '.' || family || i || '@example.com'),
       case when i % 5 <> 0 then '+4915' || lpad((i * 7919 % 100000000)::text, 8, '0') end,
       date '1950-01-01' + (i * 37 % 20000), case when i % 4 = 0 then lpad((i * 104729 % 100000000)::text, 11, '9') end,
       (enum_range(null::crm.loyalty_tier))[1 + i % 4],
       case when i % 3 = 0 then '{email,phone}' else '{email}' end::crm.contact_channel[],
       jsonb_build_object('language', pg_temp.pick('{de,en,fr,pl}', i), 'newsletter', i % 2 = 0),
       '192.0.2.0'::inet + (i % 250), timestamptz '2024-01-01 08:00+00' + i * interval '9 hours'
from generate_series(1, 600) i,
     lateral (select pg_temp.pick('{Anna,Ben,Carla,Dmitri,Elif,Farid,Greta,Hugo,Ines,Jonas,Kira,Luca,Mila}', i) as given,
                     pg_temp.pick('{Adler,Berg,Conti,Dubois,Ebert,Fischer,Garcia,Horvat,Ivanov,Jansen,Kowalski}', i) as family) names;
update crm.customers set referred_by = customer_id - 1 where customer_id % 9 = 0;

insert into crm.addresses (customer_id, recipient, street, house_number, postal_code, city, country, valid_during)
select customer_id, display_name, pg_temp.pick('{Main Street,Station Road,Mill Lane,Garden Way}', customer_id + n), (1 + customer_id % 99)::text,
       lpad((customer_id * 61 % 100000)::text, 5, '0'), pg_temp.pick('{Berlin,Lyon,Gdansk,Vienna,Utrecht}', customer_id), pg_temp.pick('{DE,FR,PL,AT,NL}', customer_id),
       daterange(created_at::date, null)
from crm.customers, generate_series(1, 2) n where n = 1 or customer_id % 6 = 0 order by customer_id, n;
update crm.customers c set default_address_id = a.address_id
from (select customer_id, min(address_id) as address_id from crm.addresses group by customer_id) a where a.customer_id = c.customer_id;

insert into crm.consents select customer_id, 'newsletter', created_at, null, '{"form": "signup-v3"}' from crm.customers where customer_id % 2 = 0;
insert into crm.loyalty_accounts (customer_id, opened_on, points) select customer_id, created_at::date, customer_id % 500 from crm.customers where tier <> 'none';
insert into crm.loyalty_movements select loyalty_account_id, opened_on + n * interval '31 days', 10 * n, 'order' from crm.loyalty_accounts, generate_series(1, 2) n;
insert into crm.segments values (1, 'Families', '{"items": "toys"}', 'Marketing'), (2, 'Night owls', '{"hour": [22, 5]}', null), (3, 'Bargain hunters', '{"coupons": 3}', 'Marketing');
insert into crm.segment_members select 1 + customer_id % 3, customer_id, '2025-01-01' from crm.customers where customer_id % 4 <> 3;
insert into crm.support_tickets (customer_id, opened_at, state, channel, subject, labels, satisfaction)
select 1 + i * 7 % 600, timestamptz '2025-01-03 09:00+00' + i * interval '29 hours', (enum_range(null::crm.ticket_state))[1 + i % 4], (enum_range(null::crm.contact_channel))[1 + i % 4],
       pg_temp.pick('{Where is my parcel?,Wrong size,Invoice needed,Broken on arrival}', i), case when i % 3 = 0 then '{urgent}' else '{}' end::text[], case when i % 4 > 1 then 1 + i % 5 end
from generate_series(1, 250) i;
insert into crm.ticket_messages select ticket_id, n, opened_at + n * interval '2 hours', n = 1, case n when 1 then subject else 'We look into it.' end
from crm.support_tickets, generate_series(1, 2) n;
insert into crm."tblContact_OLD" select customer_id, display_name, email, phone, to_char(birth_date, 'DD.MM.YYYY'), national_id, null from crm.customers where customer_id <= 120;

insert into inventory.categories (parent_id, name, slug, position)
select case when i > 6 then 1 + i % 6 end, pg_temp.pick('{Home,Kitchen,Garden,Toys,Sports,Books}', i - 1) || case when i > 6 then ' ' || i else '' end, 'category-' || i, i from generate_series(1, 24) i;
insert into inventory.brands (name, website) select 'Brand ' || i, 'https://brand' || i || '.example' from generate_series(1, 20) i;
insert into inventory.products (sku, brand_id, category_id, title, description, list_price, tax_percent, packed_size, weight_g, attributes, keywords, minimum_age, released_on, discontinued_on)
select 'PRD-' || lpad(i::text, 4, '0'), 1 + i % 20, 7 + i % 18, pg_temp.pick('{Lamp,Chair,Kettle,Puzzle,Ball,Novel,Spade}', i) || ' ' || i, 'Made of ' || pg_temp.pick('{wood,steel,wool,paper}', i) || '.',
       round((5 + random() * 195)::numeric, 2), case when i % 6 = 5 then 7 else 19 end, row(10 + i % 50, 5 + i % 30, 2 + i % 20)::inventory.dimensions, 100 + i * 13 % 5000,
       jsonb_build_object('material', pg_temp.pick('{wood,steel,wool,paper}', i)), array['new', 'k' || i % 7], case when i % 40 = 0 then 18 end, date '2022-01-01' + i, case when i % 25 = 0 then date '2025-06-30' end
from generate_series(1, 240) i;
insert into inventory.product_variants (product_id, sku, size, colour, price_difference, ean13)
select product_id, sku || '-' || n, pg_temp.pick('{S,M,L}', n), pg_temp.pick('{red,green,blue,grey}', product_id), n - 1, lpad((4000000000000 + product_id * 10 + n)::text, 13, '0')
from inventory.products, generate_series(1, 2) n;
insert into inventory.suppliers (name, vat_number, contact_name, contact_email, contact_phone, iban, payment_days, rating)
select 'Supplier ' || i, 'DE' || 100000000 + i, 'Contact ' || i, 'contact' || i || '@supplier' || i || '.example', '+4930' || 5550000 + i, 'DE00' || lpad(i::text, 18, '5'), 14 + i, round((2 + random() * 3)::numeric, 1)
from generate_series(1, 15) i;
insert into inventory.supplier_products select 1 + product_id % 15, product_id, 'S' || product_id, round(list_price * 0.6, 2), int4range(2, (4 + product_id % 5)::int) from inventory.products;
insert into inventory.warehouses values (1, 'BER', 'Berlin', point(13.4, 52.5), '{[6,22)}'), (2, 'LYS', 'Lyon', point(4.8, 45.8), '{[6,12),[13,20)}'), (3, 'WAW', 'Warsaw', point(21.0, 52.2), null);
insert into inventory.stock_levels (warehouse_id, variant_id, on_hand, reserved, counted_on) select w, variant_id, variant_id * w % 60, variant_id * w % 60 / 3, '2025-12-01' from inventory.product_variants, generate_series(1, 2) w;
insert into inventory.stock_movements (warehouse_id, variant_id, kind, quantity, moved_at, note)
select 1 + i % 2, 1 + i * 11 % 480, (enum_range(null::inventory.movement_kind))[1 + i % 5], 1 + i % 12, timestamptz '2025-01-01 00:00+00' + i * interval '9 hours', null from generate_series(1, 900) i;
insert into inventory.purchase_orders (supplier_id, ordered_on, expected_on, received_on) select 1 + i % 15, date '2025-01-02' + i * 5, date '2025-01-09' + i * 5, case when i % 5 <> 0 then date '2025-01-10' + i * 5 end from generate_series(1, 60) i;
insert into inventory.purchase_order_lines select purchase_order_id, n, 1 + (purchase_order_id * 7 + n) % 240, 10 * n, 9.90 + n from inventory.purchase_orders, generate_series(1, 3) n;
insert into inventory.legacy_item_master select i, 'ITM ' || i, 'G' || i % 9, null, 'MIG2019' from generate_series(1, 80) i;

insert into sales.channels values (1, 'web', '2015-03-01'), (2, 'app', '2019-09-01'), (3, 'telephone', '2015-03-01'), (4, 'market place', '2022-05-01');
insert into sales.orders (placed_at, customer_id, channel_id, state, delivery_address_id, shipping_fee, customer_note, client_ip)
select timestamptz '2025-01-01 06:00+00' + i * interval '345 minutes', c.customer_id, 1 + i % 4, (enum_range(null::sales.order_state))[1 + i % 6], c.default_address_id,
       row(case when i % 3 = 0 then 0 else 4.90 end, 'EUR')::sales.money, case when i % 17 = 0 then 'Please ring twice' end, '198.51.100.0'::inet + (i % 250)
from generate_series(1, 1500) i join crm.customers c on c.customer_id = 1 + i * 13 % 600 order by i;
insert into sales.order_lines (order_id, placed_at, line_number, variant_id, quantity, unit_price, discount)
select o.order_id, o.placed_at, n, v.variant_id, 1 + (o.order_id + n) % 3, p.list_price + v.price_difference, case when o.order_id % 10 = 0 then 15 else 0 end
from sales.orders o cross join generate_series(1, 3) n
join inventory.product_variants v on v.variant_id = 1 + (o.order_id * 17 + n * 101) % 480 join inventory.products p using (product_id)
where n <= 1 + o.order_id % 3;
insert into sales.order_history select order_id, placed_at, placed_at, 'placed', null from sales.orders;
insert into sales.order_history select order_id, placed_at, placed_at + interval '1 day', state, 'system' from sales.orders where state <> 'placed';
insert into sales.carts select md5('cart' || i)::uuid, case when i % 3 <> 0 then i end, timestamptz '2025-12-20 10:00+00' + i * interval '1 hour', 'Mozilla/5.0', '203.0.113.0'::inet + (i % 250) from generate_series(1, 120) i;
insert into sales.cart_items select cart_id, 1 + (row_number() over (order by cart_id)) * 3 % 480, 1 from sales.carts;
insert into sales.coupons values ('SPRING15', 15, '[2025-03-01 00:00+00,2025-04-01 00:00+00)', null, 500), ('GOLD10', 10, '[2025-01-01 00:00+00,)', '{gold}', null), ('WELCOME5', 5, '[2024-01-01 00:00+00,)', '{none,bronze}', 1);
insert into sales.coupon_redemptions select 'SPRING15', order_id, placed_at from sales.orders where order_id % 10 = 0;
insert into sales.shipments (order_id, placed_at, warehouse_id, carrier, tracking_number, shipped_at, delivered_at)
select order_id, placed_at, 1 + order_id % 3, pg_temp.pick('{Post,Swift,Parcelo}', order_id), 'TRK' || lpad(order_id::text, 9, '0'), placed_at + interval '1 day', case when state <> 'shipped' then placed_at + interval '3 days' end
from sales.orders where state in ('shipped', 'delivered', 'returned');
insert into sales.returns (order_id, placed_at, line_number, quantity, reason, received_at) select order_id, placed_at, 1, 1, pg_temp.pick('{Too small,Broken,Not as shown}', order_id), placed_at + interval '9 days' from sales.orders where state = 'returned';
insert into sales.product_reviews select 1 + i % 240, 1 + i * 7 % 600, 1 + i % 5, 'As expected.', timestamptz '2025-02-01 12:00+00' + i * interval '1 day' from generate_series(1, 300) i;
insert into sales.temp2 select 'x' || i, null, i, null from generate_series(1, 10) i;

insert into finance.tax_rates values ('DE', '[2021-01-01,)', 19, 'standard'), ('DE', '[2021-01-01,)', 7, 'reduced'), ('FR', '[2014-01-01,)', 20, 'standard'), ('PL', '[2011-01-01,)', 23, 'standard'), ('AT', '[2016-01-01,)', 20, 'standard'), ('NL', '[2012-10-01,)', 21, 'standard');
insert into finance.exchange_rates select code, date '2025-01-01' + d, round((1 + random())::numeric, 6) from unnest('{USD,PLN,GBP}'::text[]) code, generate_series(0, 119) d;
insert into finance.invoices (order_id, placed_at, customer_id, issued_on, due_on, net, tax)
select order_id, placed_at, customer_id, placed_at::date, placed_at::date + 14, net_total, round(net_total * 0.19, 2) from sales.order_totals where state not in ('placed', 'cancelled') order by order_id;
insert into finance.payments (invoice_id, method, amount, paid_at, card_number, card_expires, card_holder, provider_reference, provider_answer)
select invoice_id, method, gross, placed_at + interval '10 minutes', case when method = 'card' then pg_temp.pick('{4111111111111111,4242424242424242,5555555555554444,378282246310005,6011111111111117}', invoice_id) end,
       case when method = 'card' then '12/29' end, case when method = 'card' then display_name end, md5('pay' || invoice_id)::uuid, '{"result": "ok"}'
from finance.invoices join crm.customers using (customer_id), lateral (select (enum_range(null::finance.payment_method))[1 + invoice_id % 4] as method) m where invoice_id % 12 <> 0 order by invoice_id;
insert into finance.refunds (payment_id, amount, reason, refunded_at) select payment_id, amount, 'returned', paid_at + interval '12 days' from finance.payments where payment_id % 15 = 0;
insert into finance.bank_accounts (customer_id, holder, iban, bic, mandate_signed_on) select customer_id, display_name, 'DE00' || lpad(customer_id::text, 18, '7'), 'TESTDEFFXXX', created_at::date from crm.customers where customer_id % 5 = 0;
insert into finance.ledger_accounts values ('1000', 'Assets', 'asset', null), ('1200', 'Bank', 'asset', '1000'), ('1400', 'Receivables', 'asset', '1000'), ('1600', 'Payables', 'liability', null), ('1776', 'Tax due', 'liability', '1600'), ('8400', 'Sales', 'income', null), ('4000', 'Expenses', 'expense', null), ('0800', 'Capital', 'equity', null);
insert into finance.journal_entries (booked_on, description, source_document) select issued_on, 'Invoice ' || invoice_number, invoice_number::text from finance.invoices order by invoice_id limit 400;
insert into finance.journal_lines select e.entry_id, 1, '1400', i.gross, 0 from finance.journal_entries e join finance.invoices i on i.invoice_number = e.source_document::integer where i.gross > 0;
insert into finance.journal_lines select e.entry_id, 2, '8400', 0, i.gross from finance.journal_entries e join finance.invoices i on i.invoice_number = e.source_document::integer where i.gross > 0;
insert into finance.departments values (1, 'Shop', 100, null), (2, 'Warehouse', 200, null), (3, 'Finance', 300, null), (4, 'Technology', 400, null);
insert into finance.employees (department_id, reports_to, full_name, work_email, private_phone, birth_date, social_security_number, iban, salary, employed_during, emergency_contact)
select 1 + i % 4, case when i > 4 then 1 + i % 4 end, 'Employee ' || i, 'employee' || i || '@shop.example', '+49160' || 5550000 + i, date '1965-01-01' + i * 211, lpad(i::text, 12, '8'), 'DE00' || lpad(i::text, 18, '3'), 2800 + i * 35, daterange(date '2018-01-01' + i * 20, null), '{"name": "on file"}'
from generate_series(1, 48) i;
update finance.departments d set manager_id = (select min(employee_id) from finance.employees e where e.department_id = d.department_id);
insert into finance."Gehaltsliste 2024 final v2" select full_name, salary, iban from finance.employees;

refresh materialized view analytics.monthly_revenue;
