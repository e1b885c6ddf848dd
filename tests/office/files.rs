//! Officials from files: tried first, once each, resumable, taken back; and who left.

use idp_core::{
    crypto::digest,
    office::{
        self, By,
        import::{self, Drifted, ImportError, Outcome, Row, Undone},
    },
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

async fn rows(staff: &Staff, lines: &[&str]) -> Vec<Row> {
    let mut conn = staff.db.read().await.expect("reads");
    let (positions, roles) =
        (office::positions(&mut conn).await.expect("reads"), office::roles(&mut conn).await.expect("reads"));
    let sheet = import::read(format!("{HEAD}{}", lines.concat()).as_bytes()).expect("a table");
    let table = import::table(&sheet, &positions, &roles);
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
