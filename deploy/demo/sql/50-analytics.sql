-- What people report on: views over views, and one that is materialised.
create schema analytics;
comment on schema analytics is 'Views for reports; nothing is stored here but one materialised view';

create view sales.order_totals as
select o.order_id, o.placed_at, o.customer_id, o.channel_id, o.state,
       count(l.line_number) as line_count,
       coalesce(sum(l.quantity), 0) as pieces,
       coalesce(sum(l.line_total), 0) as net_total,
       (o.shipping_fee).amount as shipping_fee
from sales.orders o
left join sales.order_lines l using (order_id, placed_at)
group by o.order_id, o.placed_at, o.customer_id, o.channel_id, o.state, (o.shipping_fee).amount;
comment on view sales.order_totals is 'One row for each order with its sum';

create view sales.open_orders as
select * from sales.order_totals where state in ('placed', 'paid');
comment on view sales.open_orders is 'Orders that somebody has to pack';

create recursive view inventory.category_paths (category_id, path, depth) as
select category_id, name, 1 from inventory.categories where parent_id is null
union all
select c.category_id, p.path || ' / ' || c.name, p.depth + 1
from inventory.categories c join category_paths p on p.category_id = c.parent_id;
comment on view inventory.category_paths is 'Each category with the names above it';

create view inventory.low_stock as
select v.sku, p.title, w.code as warehouse, s.available
from inventory.stock_levels s
join inventory.product_variants v using (variant_id)
join inventory.products p using (product_id)
join inventory.warehouses w using (warehouse_id)
where s.available < 5;
comment on view inventory.low_stock is 'What should be ordered again';

-- Trouble: an orphan. It reads a table of the system before this one, and nothing reads it.
create view inventory.v_itm_2019 as
select itm_no, itm_dsc, f1 as grp from inventory.legacy_item_master where upd_by is not null;

create view finance.open_invoices as
select i.invoice_id, i.invoice_number, i.customer_id, i.due_on, i.gross,
       i.gross - coalesce(sum(p.amount), 0) as outstanding
from finance.invoices i
left join finance.payments p using (invoice_id)
group by i.invoice_id
having i.gross > coalesce(sum(p.amount), 0);
comment on view finance.open_invoices is 'Invoices that are not paid in full';

create view finance.trial_balance as
select a.account_number, a.name, a.kind, coalesce(sum(l.debit), 0) as debit, coalesce(sum(l.credit), 0) as credit
from finance.ledger_accounts a
left join finance.journal_lines l using (account_number)
group by a.account_number, a.name, a.kind;
comment on view finance.trial_balance is 'Sums of each account';

create view analytics.customer_contacts_masked as
select customer_id, left(given_name, 1) || '.' as given_name, regexp_replace(email::text, '^(.).*@', '\1***@') as email,
       'xxxx' || right(phone::text, 3) as phone, tier
from crm.customers;
comment on view analytics.customer_contacts_masked is 'Customers for reports, without what identifies them';

create view analytics.payments_masked as
select payment_id, invoice_id, method, amount, paid_at, '************' || right(card_number, 4) as card_number
from finance.payments;
comment on view analytics.payments_masked is 'Payments for reports: the last four digits of a card only';

create view analytics.customer_orders as
select c.customer_id, c.customer_number, c.tier, a.country, t.order_id, t.placed_at, t.state, t.net_total
from crm.customers c
join sales.order_totals t using (customer_id)
left join crm.addresses a on a.address_id = c.default_address_id;
comment on view analytics.customer_orders is 'Orders with what is known of the customer';

create view analytics.customer_value as
select customer_id, customer_number, tier, country,
       count(*) as orders, sum(net_total) as revenue, max(placed_at) as last_order_at
from analytics.customer_orders
where state not in ('cancelled', 'returned')
group by customer_id, customer_number, tier, country;
comment on view analytics.customer_value is 'What each customer has spent';

create view analytics.top_customers as
select v.*, m.email
from analytics.customer_value v
join analytics.customer_contacts_masked m using (customer_id)
order by v.revenue desc
limit 100;
comment on view analytics.top_customers is 'The hundred customers who spent most: a view over views over views';

create materialized view analytics.monthly_revenue as
select date_trunc('month', placed_at at time zone 'UTC')::date as month, c.name as channel,
       count(*) as orders, sum(net_total) as revenue
from sales.order_totals t
join sales.channels c using (channel_id)
where state <> 'cancelled'
group by 1, 2
with no data;
comment on materialized view analytics.monthly_revenue is 'Revenue by month and channel; refreshed each night';
create unique index monthly_revenue_key on analytics.monthly_revenue (month, channel);

create view analytics.revenue_growth as
select month, channel, revenue, revenue - lag(revenue) over (partition by channel order by month) as growth
from analytics.monthly_revenue;
comment on view analytics.revenue_growth is 'Each month against the one before';
