//! Officials from files: tried first, once each, resumable, taken back; and who left.

use idp_core::{
    crypto::digest,
    office::{
        self, By, Filter, Limits, Scope,
        import::{self, Drifted, ImportError, Outcome, Row, Undone},
    },
    org::FOREVER,
    store::Actor,
};
use idp_tests::Engine;

use super::staff::{Staff, day};

const HEAD: &str =
    "Số định danh,Họ và tên,Mã đơn vị,Chức vụ,Loại,Vai trò,Phạm vi,Từ ngày,Đến ngày,Số quyết định,Ngày quyết định\n";
const AN: &str =
    "079085000001,Nguyễn Văn An,22015,Chuyên viên,,nhan-ho-so;thong-ke,,01/03/2025,,12/QĐ-UBND,28/02/2025\n";
const BINH: &str = "079185000002,Trần Thị Bình,22018,Chuyên viên,kiêm nhiệm,nhan-ho-so,,01/03/2025,31/12/2025,,\n";
const CUC: &str = "079185000003,Lê Thị Cúc,99999,Chuyên viên,,nhan-ho-so,,01/03/2025,,13/QĐ-UBND,28/02/2025\n";
const DUNG: &str = "079085000004,Phạm Văn Dũng,22015,Chuyên viên,,quan-tri-don-vi,,01/03/2025,,,\n";

async fn table(staff: &Staff, text: &str) -> import::Table {
    let mut conn = staff.db.read().await.expect("reads");
    let (positions, roles) =
        (office::positions(&mut conn).await.expect("reads"), office::roles(&mut conn).await.expect("reads"));
    let sheet = import::read(text.as_bytes()).expect("a table");
    import::table(&sheet, &positions, &roles)
}

async fn rows(staff: &Staff, lines: &[&str]) -> Vec<Row> {
    let table = table(staff, &format!("{HEAD}{}", lines.concat())).await;
    assert_eq!(table.errors, []);
    table.rows
}

fn words(report: &import::Report) -> Vec<String> {
    let word = |outcome: &Outcome| outcome.why().map_or_else(|| outcome.word().to_owned(), str::to_owned);
    report.done.iter().map(|done| word(&done.outcome)).collect()
}

#[test]
fn a_file_is_tried_written_once_changed_and_taken_back() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let table = rows(&staff, &[AN, BINH, CUC, DUNG]).await;
            let (cx, file) = (staff.cx(Actor::Operator("root#0".into())), digest::sha256(b"one"));
            let posts = "select count(*) as n from assignment";
            let tried = import::attempt(&staff.db, &cx, &By::Operator, &table).await.expect("runs");
            // No such unit; administration without a decision.
            let expected = ["new", "new", "field", "unconfirmed"];
            assert_eq!(words(&tried), expected, "{engine:?}");
            assert_eq!(staff.count(posts).await, 0, "{engine:?}: trying writes nothing");
            assert_eq!(staff.count("select count(*) as n from person").await, 0, "{engine:?}");
            let run =
                async |table: &[Row], key, file| import::run(&staff.db, &cx, &By::Operator, (key, file), table).await;
            let undo = async |key| {
                let found = import::by_key(&mut staff.db.read().await.expect("reads"), key).await.expect("reads");
                import::undo(&staff.db, &cx, &By::Operator, found.expect("is there").id).await
            };
            // As if the first run had died after two rows.
            run(&table[..2], "march", file).await.expect("runs");
            let done = run(&table, "march", file).await.expect("goes on");
            assert_eq!(words(&done), expected, "{engine:?}");
            assert_eq!(staff.count(posts).await, 2, "{engine:?}: each row once");
            assert_eq!(
                staff.count("select count(*) as n from person").await,
                2,
                "{engine:?}: nothing stays of a refused row"
            );
            assert!(matches!(run(&table, "march", digest::sha256(b"two")).await, Err(ImportError::OtherFile)));
            let mut conn = staff.db.read().await.expect("reads");
            let top = staff.unit("54", "2025-03-01").await;
            let listed = office::under(&mut conn, (top, staff.now()), &office::Filter::default(), None, 10)
                .await
                .expect("reads");
            let unconfirmed = listed.iter().find(|one| one.post.decision.is_none()).expect("Binh's");
            assert_eq!(unconfirmed.post.span.until, day("2025-05-30"), "{engine:?}: ninety days without a decision");
            let an = AN.replace("nhan-ho-so;thong-ke", "nhan-ho-so");
            let changed =
                run(&rows(&staff, &[&an, BINH]).await, "april", digest::sha256(b"three")).await.expect("runs");
            assert_eq!(words(&changed), ["changed", "same"], "{engine:?}");
            let undone = undo("april").await.expect("is undone");
            assert_eq!(undone, Undone { back: 1, left: 0 });
            let an = changed.done[0].post.expect("a post");
            let known = office::assignment(&mut conn, an).await.expect("reads").expect("is there");
            assert_eq!(known.post.roles.len(), 2, "{engine:?}: as before");
            let undone = undo("march").await.expect("is undone");
            // An's post was changed twice since it came: it is not this file's any more.
            assert_eq!(undone, Undone { back: 1, left: 1 }, "{engine:?}");
            assert!(matches!(undo("march").await, Err(ImportError::Unknown)));
        }
    });
}

#[test]
fn who_left_is_found_by_the_file_of_the_personnel_system() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let cx = staff.cx(Actor::Operator("root#0".into()));
            let table = rows(&staff, &[AN, BINH]).await;
            let report = import::run(&staff.db, &cx, &By::Operator, ("march", digest::sha256(b"one")), &table).await;
            let binh = report.expect("runs").done[1].post.expect("a post");
            let mut conn = staff.db.read().await.expect("reads");
            let top = staff.unit("54", "2025-03-01").await;
            let file = rows(&staff, &[AN, DUNG]).await;
            let drift =
                import::drift(&mut conn, (&[office::Place::Under(top)], staff.now()), &file).await.expect("reads");
            assert_eq!(drift.agree, 1);
            let [Drifted::Left { post, .. }, Drifted::Missing { row: 3 }] = drift.found[..] else {
                panic!("{engine:?}: {drift:?}");
            };
            assert_eq!(post, binh, "{engine:?}");
        }
    });
}

/// A row of the person with this number, in a kind and with a role.
fn line(person: usize, unit: &str, (kind, role): (&str, &str)) -> String {
    format!("079085{person:06},Nguyễn Văn An,{unit},Chuyên viên,{kind},{role},,01/03/2025,,12/QĐ-UBND,28/02/2025\n")
}

#[test]
fn a_trial_says_what_the_writing_does_wherever_in_the_file_the_rows_of_one_person_stand() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let mut lines = vec![line(1, "22015", ("", "nhan-ho-so")), line(2, "22015", ("", "quan-tri-tinh"))];
            lines.extend((10..70).map(|person| line(person, "22018", ("", "thong-ke"))));
            // Separated from the first row, sixty rows below it; and two beside each other in a part with a refused row.
            lines.push(line(1, "22018", ("kiêm nhiệm", "phe-duyet")));
            lines.push(line(3, "22015", ("", "thu-phi")));
            lines.push(line(3, "22018", ("kiêm nhiệm", "tra-ket-qua")));
            lines.push(line(3, "22018", ("biệt phái", "thong-ke")));
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let rows = rows(&staff, &lines).await;
            let (cx, file) = (staff.operator(), digest::sha256(b"one"));
            let tried = import::attempt(&staff.db, &cx, &By::Operator, &rows).await.expect("runs");
            assert_eq!(staff.count("select count(*) as n from person").await, 0, "{engine:?}: trying writes nothing");
            let done = import::run(&staff.db, &cx, &By::Operator, ("march", file), &rows).await.expect("runs");
            assert_eq!(words(&tried), words(&done), "{engine:?}");
            let numbers: Vec<usize> = tried.done.iter().map(|one| one.row).collect();
            assert_eq!(numbers, (2..lines.len() + 2).collect::<Vec<_>>(), "{engine:?}: in the order of the file");
            let refused: Vec<(usize, String)> =
                words(&done).into_iter().enumerate().filter(|(_, word)| word != "new").collect();
            let expected = [(1, "does-not-fit"), (62, "separated"), (64, "separated")];
            assert_eq!(refused, expected.map(|(at, word)| (at, word.to_owned())), "{engine:?}");
            assert_eq!(
                staff.count("select count(*) as n from person").await,
                62,
                "{engine:?}: nobody of a refused row"
            );
            assert_eq!(staff.count("select count(*) as n from staff_import_row").await, 66, "{engine:?}");
        }
    });
}

#[test]
fn a_trial_shows_each_post_before_and_after() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let cx = staff.operator();
            let first = rows(&staff, &[AN, BINH]).await;
            let given = import::run(&staff.db, &cx, &By::Operator, ("march", digest::sha256(b"one")), &first).await;
            let given = given.expect("runs").done;
            assert!(given.iter().all(|done| done.turn.is_none()), "{engine:?}: what was written is there to be read");
            let fewer =
                AN.replace("nhan-ho-so;thong-ke", "nhan-ho-so").replace("01/03/2025,,", "01/03/2025,31/12/2025,");
            let other = rows(&staff, &[&fewer, BINH, &line(7, "22015", ("", "tra-cuu-csdl-dan-cu"))]).await;
            let tried = import::attempt(&staff.db, &cx, &By::Operator, &other).await.expect("runs").done;
            let turn = |at: usize| tried[at].turn.clone().expect("not refused");
            assert_eq!(
                tried.iter().map(|done| done.post).collect::<Vec<_>>(),
                [given[0].post, given[1].post, None],
                "{engine:?}"
            );
            let (changed, same, new) = (turn(0), turn(1), turn(2));
            let before = changed.before.expect("it is there");
            assert_eq!((before.roles.len(), changed.after.roles.len()), (2, 1), "{engine:?}");
            assert_eq!((before.span.until, changed.after.span.until), (FOREVER, day("2026-01-01")), "{engine:?}");
            assert_eq!(same.before.as_ref(), Some(&same.after), "{engine:?}");
            assert_eq!(same.after.span.until, day("2025-05-30"), "{engine:?}: as it really is, unconfirmed");
            assert_eq!(
                (new.before, new.after.state.word()),
                (None, "active"),
                "{engine:?}: nobody is there to be the second person"
            );
            let mut conn = staff.db.read().await.expect("reads");
            let known =
                office::assignment(&mut conn, given[0].post.expect("a post")).await.expect("reads").expect("is there");
            assert_eq!(known.post, before, "{engine:?}: nothing is written");
        }
    });
}

const WIDE: &str =
    "number,name,unit,position,roles,scope,scope_units,from,decision,decision_date,document_classes,no_redelegate\n";

fn wide(scope: &str, limits: &str) -> String {
    format!(
        "{WIDE}079085000001,Nguyễn Văn An,54,Chuyên viên,lanh-dao-don-vi,{scope},01/03/2025,12/QĐ,28/02/2025,{limits}\n"
    )
}

/// A wrong cell: its column, and why.
type Wrong = (Option<&'static str>, &'static str);

/// What became of the one row of a file, and its post.
async fn imported(staff: &Staff, key: &str, text: &str) -> Result<(String, office::Post), Vec<Wrong>> {
    let mut table = table(staff, text).await;
    import::place(&mut staff.db.read().await.expect("reads"), &mut table, staff.now()).await.expect("reads");
    if !table.errors.is_empty() {
        return Err(table.errors.iter().map(|error| (error.column.map(import::Column::word), error.why)).collect());
    }
    let (cx, file) = (staff.operator(), digest::sha256(key.as_bytes()));
    let done = import::run(&staff.db, &cx, &By::Operator, (key, file), &table.rows).await.expect("runs");
    let post = done.done[0].post.expect("a post");
    let mut conn = staff.db.read().await.expect("reads");
    let post = office::assignment(&mut conn, post).await.expect("reads").expect("is there").post;
    Ok((words(&done).concat(), post))
}

#[test]
fn lists_of_units_and_limits_come_by_a_file_stay_where_it_is_silent_and_are_lifted_in_words() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let cx = staff.operator();
            let mut number = 0;
            let mut import = async |text: String| {
                number += 1;
                imported(&staff, &format!("file {number}"), &text).await
            };
            let communes = [staff.unit("22015", "2025-03-01").await, staff.unit("22018", "2025-03-01").await];
            let list = Scope::Listed(communes.into_iter().collect());
            let id = communes[1];
            let (made, post) =
                import(wide(&format!("list,22015;{id}"), "Công văn;Giấy mời,có")).await.expect("is read");
            assert_eq!((made.as_str(), &post.scope), ("new", &list), "{engine:?}");
            assert_eq!(post.limits.document_classes, ["Công văn", "Giấy mời"], "{engine:?}");
            assert!(post.limits.no_redelegate, "{engine:?}");
            // Classes in another order are the same; what is not said stays, also where the file has no such column.
            for same in [wide("list,22018;22015", "Giấy mời;Công văn,yes"), wide("list,22015;22018", ",")] {
                assert_eq!(import(same).await.expect("is read").0, "same", "{engine:?}");
            }
            let silent = wide("list,22015;22018", ",")
                .replace(",document_classes,no_redelegate", "")
                .replace("28/02/2025,,", "28/02/2025");
            assert_eq!(import(silent).await.expect("is read").0, "same", "{engine:?}");
            let (changed, post) = import(wide("unit,", "*,không")).await.expect("is read");
            assert_eq!(
                (changed.as_str(), post.scope, post.limits),
                ("changed", Scope::Unit, Limits::default()),
                "{engine:?}"
            );
            assert_eq!(
                import(wide("list,22015;99999", ",")).await,
                Err(vec![(Some("scope_units"), "unit")]),
                "{engine:?}"
            );
            let found = import::by_key(&mut staff.db.read().await.expect("reads"), "file 5")
                .await
                .expect("reads")
                .expect("is there");
            let undone = import::undo(&staff.db, &cx, &By::Operator, found.id).await.expect("is undone");
            assert_eq!(undone, Undone { back: 1, left: 0 }, "{engine:?}");
            let mut conn = staff.db.read().await.expect("reads");
            let back = office::assignment(&mut conn, post.id).await.expect("reads").expect("is there").post;
            assert_eq!(
                (&back.scope, back.limits.no_redelegate, back.limits.document_classes.len()),
                (&list, true, 2),
                "{engine:?}"
            );
        }
    });
}

#[test]
fn posts_that_sleep_are_found_within_ones_own_units_alone() {
    idp_tests::run(async {
        for engine in Engine::ALL {
            let staff = Staff::of(engine).await;
            let cx = staff.operator();
            let all: Vec<String> =
                (0..6).map(|person| line(person, ["22015", "22018", "24133"][person % 3], ("", "thong-ke"))).collect();
            let lines: Vec<&str> = all.iter().map(String::as_str).collect();
            let file = digest::sha256(b"one");
            let given = import::run(&staff.db, &cx, &By::Operator, ("march", file), &rows(&staff, &lines).await).await;
            let posts: Vec<_> = given.expect("runs").done.into_iter().map(|done| done.post.expect("a post")).collect();
            staff.set_day("2025-06-01");
            let cx = staff.operator();
            staff.db.write(&cx, |tx| Box::pin(office::used(tx, posts[0]))).await.expect("writes");
            assert_eq!(staff.db.write(&cx, |tx| Box::pin(office::watch::mark_dormant(tx))).await.expect("runs"), 5);
            let mut conn = staff.db.read().await.expect("reads");
            let top = staff.unit("54", "2025-03-01").await;
            let mut found = async |dormant, name: Option<&str>| {
                let filter = Filter { dormant, name: name.map(str::to_owned), ..Filter::default() };
                let found = office::under(&mut conn, (top, staff.now()), &filter, None, 10).await.expect("reads");
                found.into_iter().map(|one| one.post.id).collect::<Vec<_>>()
            };
            let sleeping = [posts[1], posts[3], posts[4]];
            for name in [None, Some("an")] {
                assert_eq!(found(Some(true), name).await, sleeping, "{engine:?}: not those of the other province");
                assert_eq!(found(Some(false), name).await, [posts[0]], "{engine:?}");
                assert_eq!(found(None, name).await, [posts[0], posts[1], posts[3], posts[4]], "{engine:?}");
            }
        }
    });
}
