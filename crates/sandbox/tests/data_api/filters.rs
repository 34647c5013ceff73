//! Filters, one by one, in trees, and against the same predicate in SQL.

use anyhow::Result;

use crate::Desk;

#[tokio::test]
async fn every_operator_finds_its_rows() -> Result<()> {
    let desk = Desk::new().await?;
    for (filter, ids) in [
        ("name=eq.apple", &[1][..]),
        ("name=neq.apple", &[2, 3, 4, 5]),
        ("size=gt.1.5", &[2, 4]),
        ("size=gte.1.5", &[1, 2, 4]),
        ("size=lt.1.5", &[5]),
        ("size=lte.1.5", &[1, 5]),
        ("made=gte.2026-01-01", &[1, 2, 5]),
        ("name=like.*an*", &[2]),
        ("name=like.%25an%25", &[2]),
        ("name=ilike.b*", &[2]),
        ("name=like.b*", &[]),
        ("name=match.%5E%5Ba-z%5D%2B%24", &[1]),
        ("name=imatch.%5E%5Ba-z%5D%2B%24", &[1, 2]),
        ("id=in.(1,3,99)", &[1, 3]),
        ("id=in.()", &[]),
        ("name=in.(apple,%22cherry,%20sour%22,%22date%20%5C%22dried%5C%22%22)", &[1, 3, 4]),
        ("size=is.null", &[3]),
        ("size=is.not_null", &[1, 2, 4, 5]),
        ("good=is.true", &[1, 4]),
        ("good=is.FALSE", &[2, 5]),
        ("good=is.unknown", &[3]),
        ("size=isdistinct.2", &[1, 3, 4, 5]),
        ("tags=cs.{red}", &[1, 3]),
        ("tags=cd.{fruit,red}", &[1, 2, 4]),
        ("tags=ov.{small,odd}", &[3, 5]),
        ("tags=eq.{fruit}", &[2]),
        ("meta=cs.{\"colour\":{\"name\":\"red\"}}", &[1]),
        ("meta-%3Ecolour-%3E%3Ename=eq.yellow", &[2]),
        ("meta-%3Eweights=eq.[]", &[4]),
        ("span=sl.[6,9)", &[1]),
        ("span=ov.[4,5]", &[1, 2, 4]),
        ("span=adj.[5,9)", &[1]),
        ("name=fts.sour", &[3]),
        ("name=plfts(english).cherries", &[3]),
        ("name=wfts.dried%20-sour", &[4]),
        ("size=not.is.null", &[1, 2, 4, 5]),
        ("id=not.in.(1,2)", &[3, 4, 5]),
        ("not.and=(id.eq.1,good.is.true)", &[2, 3, 4, 5]),
        ("id=eq(any).{1,5}", &[1, 5]),
        ("name=like(any).{a*,B*}", &[1, 2]),
        ("name=ilike(all).{*a*,*n*}", &[2]),
        ("id=gt(all).{1,3}", &[4, 5]),
        ("id=gt.1&id=lt.4", &[2, 3]),
        ("or=(id.eq.1,size.gte.10)", &[1, 4]),
        ("or=(id.in.(1,2),and(good.is.true,size.gt.5))", &[1, 2, 4]),
        ("and=(id.gt.1,or(name.eq.\"cherry,%20sour\",good.is.false))", &[2, 3, 5]),
        ("not.or=(good.is.true,good.is.false)", &[3]),
        ("or=(name.like.*pp*,not.and(id.gt.1,id.lt.5))", &[1, 5]),
        ("id=in.(1,2)&or=(good.is.false,good.is.null)", &[2]),
    ] {
        assert_eq!(desk.ids(&format!("things?select=id&order=id&{filter}")).await?, ids, "{filter}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_filter_is_refused_by_its_right_name() -> Result<()> {
    let desk = Desk::new().await?;
    for (query, status, code) in [
        ("id=1", 400, "PGRST100"),
        ("id=equals.1", 400, "PGRST100"),
        ("id=is.maybe", 400, "PGRST100"),
        ("id=in.1,2", 400, "PGRST100"),
        ("or=(id.eq.1", 400, "PGRST100"),
        ("or=id.eq.1", 400, "PGRST100"),
        ("order=id.up", 400, "PGRST100"),
        ("limit=some", 400, "PGRST100"),
        ("select=id,,name", 400, "PGRST100"),
        ("none=eq.1", 400, "42703"),
        ("order=none", 400, "42703"),
        ("select=none", 400, "42703"),
        ("id=eq.one", 400, "22P02"),
        ("made=eq.2026-13-01", 400, "22008"),
        ("id=like.1*", 404, "42883"),
        ("id=is.true", 400, "42804"),
        ("select=id::nosuchtype", 404, "42704"),
        ("select=name::integer&id=eq.1", 400, "22P02"),
        ("select=others(name)", 400, "PGRST200"),
        ("name=match.%5B", 400, "2201B"),
    ] {
        assert_eq!(desk.get(&format!("things?{query}")).await?.code(), (status, code.to_owned()), "{query}");
    }
    Ok(())
}
