-- The shop's database. Stock is deep enough that no recording runs dry: an order fails for load, not for stock.
create table article (sku int primary key, price numeric(10,2) not null, stock bigint not null) with (fillfactor = 50);
create table orders (id bigserial primary key, created timestamptz not null default now(), channel text not null, campaign text,
                     region text not null, value numeric(12,2), state text not null default 'open') with (fillfactor = 80);
create table item (order_id bigint not null references orders, sku int not null references article, price numeric(10,2) not null);
create table job (id bigserial primary key, order_id bigint not null, created timestamptz not null default now(), started timestamptz);
create index job_waiting on job (id) where started is null;

-- Popular articles and queue rows change all the time; without early vacuuming, dead rows would become a second bottleneck.
alter table job set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
alter table article set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

select setseed(0.26);
insert into article select g, floor(exp(3.2 + 0.7 * (random() + random() + random() - 1.5) * 2)) + 0.95, 1000000000 from generate_series(1, 2000) g;
